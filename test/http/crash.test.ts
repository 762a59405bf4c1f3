// Killed at random moments, a server neither loses nor doubles a credit. BGCUT_CRASHES=100 for more of them.
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';

import { openStore } from 'bgcut/server';
import { scene } from '../support/pictures.js';
import { newKey, serve } from './child.js';
import { form, newFolder, untilReady } from './support.js';

const crashes = Number(process.env.BGCUT_CRASHES ?? 5);

it(
  `survives ${crashes} kills between request and answer`,
  { timeout: 30_000 + crashes * 5000 },
  async () => {
    const data = newFolder();
    const key = await newKey(data, 100_000);
    const id = key.split('_')[1]!;
    const picture = await scene(80, 60).jpeg().toBuffer();
    let received = 0;
    let unanswered = 0;
    let chargedBefore = 0;
    for (let crash = 0; crash < crashes; crash += 1) {
      const { child, url, ended } = await serve(
        data,
        '--free-calls',
        '3',
        '--rate-limit',
        '1000000',
      );
      // The engine has run once, so that every call is quick.
      await untilReady(url);
      const timer = delay(Math.random() * 250).then(() => child.kill('SIGKILL'));
      const receivedBefore = received;
      for (;;) {
        const answer = await fetch(`${url}/v1.0/removebg`, {
          method: 'POST',
          headers: { 'x-api-key': key },
          body: form({ image_file: picture, size: 'full' }),
        })
          .then(async (response) => [response.status, (await response.arrayBuffer()).byteLength])
          .catch(() => undefined);
        if (answer === undefined) break;
        expect(answer[0]).toBe(200);
        received += 1;
      }
      await timer;
      await ended;
      const store = await openStore({ data });
      const { credits, free } = (await store.findKey(id))!;
      await store.close();
      const charged = 100_000 - credits.payg / 100 + free.used;
      // At most the one call that was under way has been charged without its answer having arrived.
      const lost = charged - chargedBefore - (received - receivedBefore);
      expect([0, 1]).toContain(lost);
      unanswered += lost;
      chargedBefore = charged;
    }
    expect(received).toBeGreaterThan(0);
    expect(chargedBefore).toBe(received + unanswered);
    if (process.env.BGCUT_CRASHES !== undefined) {
      process.stdout.write(`${received} answers, ${unanswered} charged whose answer was cut off\n`);
    }
  },
);
