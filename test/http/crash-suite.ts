/** Killed at random moments, a server neither loses nor doubles a credit. `npm run crash` does it 100 times. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';

import { openStore } from 'bgcut/server';
import { scene } from '../support/pictures.js';
import { newKey, serve } from './child.js';
import { form, newFolder, untilReady } from './support.js';

const crashes = Number(process.env.BGCUT_CRASHES ?? 5);
const credits = 100_000;

/** The tests, with what `place` says as flags of `bgcut serve`, and as the store that they lead to. */
export function crashSuite(place: () => Promise<{ database?: string }>): void {
  it(
    `survives ${crashes} kills between request and answer`,
    { timeout: 60_000 + crashes * 10_000 },
    async () => {
      const data = newFolder();
      const { database } = await place();
      const flags = database === undefined ? [] : ['--database', database];
      const key = await newKey(data, credits, ...flags);
      const picture = await scene(80, 60).jpeg().toBuffer();
      const limits = ['--free-calls', '3', '--rate-limit', '1000000'];
      let received = 0;
      let unanswered = 0;
      let chargedBefore = 0;
      for (let crash = 0; crash < crashes; crash += 1) {
        const { child, url, ended } = await serve(data, ...limits, ...flags);
        await untilReady(url);
        const answers = await callUntilItDies(url, key, picture, () => {
          // The calls follow each other, so that any moment lies somewhere within one.
          void delay(Math.random() * 250).then(() => child.kill('SIGKILL'));
        });
        await ended;
        const charged = await chargedOf(key, { data, database });
        // At most the one call that was under way has been charged without its answer having arrived.
        const lost = charged - chargedBefore - answers;
        expect([0, 1]).toContain(lost);
        received += answers;
        unanswered += lost;
        chargedBefore = charged;
      }
      expect(received).toBeGreaterThan(0);
      expect(chargedBefore).toBe(received + unanswered);
      if (process.env.BGCUT_CRASHES !== undefined) {
        process.stdout.write(
          `${crashes} kills: ${received} answers, ${unanswered} charged whose answer was cut off\n`,
        );
      }
    },
  );
}

/** One call after the other, `began` when the first has been answered; how many were answered, all with 200. */
async function callUntilItDies(
  url: string,
  key: string,
  picture: Buffer,
  began: () => void,
): Promise<number> {
  for (let answers = 0; ; answers += 1) {
    const status = await fetch(`${url}/v1.0/removebg`, {
      method: 'POST',
      headers: { 'x-api-key': key },
      body: form({ image_file: picture, size: 'full' }),
    })
      .then(async (answer) => {
        await answer.arrayBuffer();
        return answer.status;
      })
      .catch(() => undefined);
    if (status === undefined) return answers;
    expect(status).toBe(200);
    if (answers === 0) began();
  }
}

/** Calls that have been charged so far, free ones included. */
async function chargedOf(
  key: string,
  { data, database }: { data: string; database: string | undefined },
): Promise<number> {
  const store = await openStore({ data, database });
  const record = (await store.findKey(key.split('_')[1]!))!;
  await store.close();
  return credits - record.credits.payg / 100 + record.free.used;
}
