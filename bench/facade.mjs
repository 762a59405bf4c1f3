// @ts-check
/** What the facade adds to a call of the library: the same picture and options, over a real socket and directly. */
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createEngine } from 'bgcut';
import { createServer } from 'bgcut/server';

import { median } from './figure.mjs';
import { hangUp, prepare, send } from './http-client.mjs';
import { testPicture } from './picture.mjs';
import { inTurns } from './turns.mjs';

/** @import { Figure, Report } from './figure.mjs' */

export const title = 'facade';

/** A model of a millisecond: what is measured lies beside inference. */
const model = fileURLToPath(new URL('../test/fixtures/models/tiny.onnx', import.meta.url));

/**
 * @param {import('./context.mjs').Context} context
 * @returns {Promise<Report>}
 */
export async function run({ settings, progress }) {
  progress('facade: 1 MP JPEG over HTTP and directly');
  const data = mkdtempSync(join(tmpdir(), 'bgcut-facade-'));
  const engine = await createEngine({ device: 'cpu', model, offline: true });
  const server = await createServer({
    engine,
    data,
    port: 0,
    log: 'silent',
    rateLimit: 1_000_000,
    quality: 'fast',
  });
  try {
    const url = `${await server.listen()}/v1.0/removebg`;
    const picture = await readFile(await testPicture(1250, 800));
    const key = server.firstKey ?? '';
    const options = /** @type {const} */ ({ size: 'full', format: 'jpg', typeLevel: 'none' });
    // Without matting, which takes half a second of what this model finds.
    const direct = /** @type {const} */ ({ ...options, semitransparency: false, quality: 'fast' });
    const fields = { size: 'full', format: 'jpg', type_level: 'none', semitransparency: 'false' };
    const body = await prepare(key, picture, fields);
    const tasks = {
      direct: () => engine.removeBg(picture, direct),
      http: async () => {
        const { status } = await send(url, body);
        if (status !== 200) throw new Error(`status ${status}`);
      },
    };
    await inTurns(tasks, settings.quick ? 1 : 10);
    const samples = await inTurns(tasks, settings.quick ? 2 : 60);
    const [alone, whole] = [median(samples.direct ?? []), median(samples.http ?? [])];
    /** @type {Figure} */
    const figure = {
      name: '1 MP JPEG over HTTP, more than the call alone',
      value: whole - alone,
      unit: 'ms',
      bound: 5,
      detail: `${whole.toFixed(1)} over ${alone.toFixed(1)} ms, client included; a model of a millisecond`,
    };
    return { figures: [figure] };
  } finally {
    hangUp();
    await server.close();
    await engine.dispose();
    rmSync(data, { recursive: true, force: true });
  }
}
