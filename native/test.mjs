// Builds and runs the native tests without Node's addon: `npm run test:native`; `npm run sanitize` for the same tests
// under AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer, `npm run sanitize -- --thread` under
// ThreadSanitizer. Further arguments go to ctest, for example `npm run test:native -- -R decode`.
import { availableParallelism } from 'node:os';
import { SANITIZER_ENV } from './sanitize.mjs';
import { cmake, configureTests, run, script } from './toolchain.mjs';

/** @param {boolean} sanitize @param {boolean} thread */
function sanitizers(sanitize, thread) {
  if (!sanitize) return '';
  return thread ? 'thread' : 'address,undefined';
}

await script(async () => {
  const args = process.argv.slice(2);
  const sanitize = args[0] === '--sanitize';
  if (sanitize) args.shift();
  const thread = sanitize && args[0] === '--thread';
  if (thread) args.shift();

  const { folder, type } = await configureTests(sanitizers(sanitize, thread));
  const jobs = String(availableParallelism());
  await cmake(['--build', folder, '--config', type, '--parallel', jobs]);
  const env = sanitize ? { ...process.env, ...SANITIZER_ENV } : process.env;
  const ctest = [
    '--test-dir',
    folder,
    '-C',
    type,
    '--output-on-failure',
    '--no-tests=error',
    ...args,
  ];
  const { code } = await run('ctest', ctest, { env, show: true });
  process.exitCode = code;
});
