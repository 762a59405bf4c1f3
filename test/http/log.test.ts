// The log has one line a request, with neither key, address, query nor picture.
import { expect, it } from 'vitest';

import { scene } from '../support/pictures.js';
import { start } from './support.js';

const path = '/v1.0/removebg';

it('says what happened, and nothing that is secret', async () => {
  const running = await start();
  const key = await running.key({ unlimited: true });
  const base64 = (await scene(60, 40).jpeg().toBuffer()).toString('base64');
  const send = (fields: Record<string, string>) =>
    running.call(`${path}?secret=query`, {
      method: 'POST',
      key,
      body: new URLSearchParams(fields),
      headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
    });
  await (await send({ image_file_b64: base64, size: 'full', format: 'png' })).arrayBuffer();
  await (await send({ image_url: 'http://127.0.0.1/secret-address.png' })).arrayBuffer();
  await expect.poll(() => running.log.filter((line) => line.includes('"route"')).length).toBe(2);
  const lines = running.log.map((line) => JSON.parse(line) as Record<string, unknown>);
  const [good, bad] = lines.filter(({ route }) => route === path);
  const shared = {
    ...{ method: 'POST', key: key.split('_')[1] },
    ...{ trace: '0af7651916cd43dd8448eb211c80319c', parent: 'b7ad6b7169203331' },
  };
  expect(good).toMatchObject({
    ...{ ...shared, status: 200, credits: 0, size: 'full', format: 'png' },
    ...{ input: '60x40', result: '60x40' },
  });
  expect(bad).toMatchObject({ ...shared, status: 400, code: 'failed_image_download' });
  const all = running.log.join('\n');
  expect(all).not.toContain(key.split('_')[2]);
  expect(all).not.toContain('secret');
  expect(all).not.toContain(base64.slice(0, 40));
});
