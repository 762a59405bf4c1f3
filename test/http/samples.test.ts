// Every sample of the API reference, changed in nothing but host and key.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';

import { createEngine } from 'bgcut';
import { onCpu, photos, slowModel } from '../support/project.js';
import { newFolder, type Running, start, untilReady } from './support.js';

const run = promisify(execFile);
const photo = join(photos, 'rocket.jpg');
let running: Running;
let key: string;
let folder: string;

beforeAll(async () => {
  running = await start();
  key = await running.key({ unlimited: true });
  folder = newFolder();
});

/** Runs a script in bash; Debian's programs go before any others of the same name. */
const bash = (script: string) =>
  run('bash', ['-c', script], {
    cwd: folder,
    env: { ...process.env, PATH: `/usr/bin:/bin:${process.env.PATH ?? ''}` },
    timeout: 120_000,
  });

const curl = () => `curl -s -H 'X-Api-Key: ${key}' \\
-F 'image_file=@${photo}' \\
-F 'size=auto' \\
-f ${running.url}/v1.0/removebg -o no-bg.png`;

it('curl', async () => {
  await bash(curl());
  const file = join(folder, 'no-bg.png');
  const { format, width, height, hasAlpha } = await sharp(file).metadata();
  expect({ format, width, height, hasAlpha }).toEqual({
    format: 'png',
    width: 640,
    height: 427,
    hasAlpha: true,
  });
});

it('unzip and convert put a zip together', async () => {
  const zip = curl()
    .replace('-o no-bg.png', '-o no-bg.zip')
    .replace("'size=auto'", "'size=auto' -F format=zip");
  await bash(zip);
  await bash(`unzip -o no-bg.zip && \\
convert color.jpg alpha.png \\
-compose CopyOpacity \\
-composite no-bg.png`);
  const raw = (file: string) =>
    sharp(join(folder, file)).ensureAlpha().toColourspace('srgb').raw().toBuffer();
  const composed = await raw('no-bg.png');
  await bash(curl().replace('no-bg.png', 'direct.png'));
  const direct = await raw('direct.png');
  expect(composed.length).toBe(direct.length);
  let differing = 0;
  for (let i = 3; i < direct.length; i += 4) if (composed[i] !== direct[i]) differing += 1;
  expect(differing).toBe(0);
});

it('account', async () => {
  const { stdout } = await bash(`curl -s -H 'X-Api-Key: ${key}' ${running.url}/v1.0/account`);
  expect(JSON.parse(stdout)).toMatchObject({ data: { attributes: { api: { sizes: 'all' } } } });
});

const retryAfterSample = `
make_request_with_retry() {
while true; do
response=$(get_result)
status_code=$(echo "$response" | grep HTTP | awk '{print $2}')
if [ "$status_code" -eq 200 ]; then
echo "$response" | grep -v HTTP
return
elif [ "$status_code" -eq 429 ]; then
retry_after=$(echo "$response" | grep -i "Retry-After" | awk '{print $2}')
if [ -n "$retry_after" ]; then
echo "Rate limit reached. Retrying after $retry_after seconds..."
sleep "$retry_after"
else
sleep 10
fi
else
echo "Request failed with status code $status_code"
exit 1
fi
done
}`;

describe('handling Retry-After', () => {
  it('waits for the limit and then has its result', async () => {
    const own = await running.key({ unlimited: true });
    // The window was begun 58 seconds ago and is used up.
    const step = { keyId: own.split('_')[1]!, cost: 500, limit: 500, windowMs: 60_000 };
    await running.store.takeRate({ ...step, at: Date.now() - 58_000 });
    const { stdout } = await bash(`
get_result() {
curl -s -D - -o result.png -H 'X-Api-Key: ${own}' -F 'image_file=@${photo}' ${running.url}/v1.0/removebg | tr -d '\\r'
}
${retryAfterSample}
make_request_with_retry`);
    expect(stdout).toMatch(/^Rate limit reached\. Retrying after [12] seconds\.\.\.\n/);
    expect(stdout).toMatch(/^x-credits-charged: 0$/im);
    expect((await sharp(readFileSync(join(folder, 'result.png'))).metadata()).format).toBe('png');
  });
});

it('exponential back-off gets through a server that is busy', { timeout: 120_000 }, async () => {
  const engine = await createEngine({
    ...onCpu,
    threads: 1,
    model: slowModel,
    offline: true,
    queue: 0,
  });
  const busy = await start({ engine, timeout: 120_000 });
  await untilReady(busy.url);
  const own = await busy.key({ unlimited: true });
  const call = `curl -s -o backoff.png -w '%{http_code}' -H 'X-Api-Key: ${own}' -F 'image_file=@${photo}' ${busy.url}/v1.0/removebg`;
  const first = bash(call);
  await expect.poll(() => engine.info().pending).toBe(1);
  const { stdout } = await bash(`
MAX_RETRIES=5
call_api_with_exponential_backoff() {
local retry=true
local retries=0
while $retry && [ $retries -lt $MAX_RETRIES ]; do
local wait_time=$(echo "2^$retries + $RANDOM/32768" | bc -l)
sleep $wait_time
local result=$(get_result)
if [ "$result" == "SUCCESS" ]; then
retry=false
elif [ "$result" == "ERROR" ] || [ "$result" == "THROTTLED" ]; then
retry=true
fi
retries=$((retries + 1))
done
}
get_result() {
case $(${call}) in
200) echo SUCCESS | tee -a results;;
429) echo THROTTLED | tee -a results;;
*) echo ERROR | tee -a results;;
esac
}
call_api_with_exponential_backoff
cat results`);
  expect(stdout).toMatch(/^(ERROR\n)*SUCCESS\n$/);
  expect((await first).stdout).toBe('200');
  await engine.dispose();
});
