// Builds and runs the native tests without Node's addon: `npm run test:native`, or `npm run sanitize` for the same
// tests under AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer. Further arguments go to ctest, for
// example `npm run test:native -- -R decode`.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { cmake, configureTests, root, run, script } from './toolchain.mjs';

/**
 * Where the sanitizers stop and report. Leaks of a library that allocates once per process and leaves it to the exit
 * are listed in sanitize.supp; everything else that is unreachable at exit fails the test.
 */
const SANITIZER_ENV = {
  ASAN_OPTIONS: [
    'detect_leaks=1',
    'strict_string_checks=1',
    'check_initialization_order=1',
    'detect_stack_use_after_return=1',
    'allocator_may_return_null=1', // a bomb's allocation fails, as it does without the sanitizer
  ].join(':'),
  LSAN_OPTIONS: `suppressions=${join(root, 'native', 'sanitize.supp')}:print_suppressions=0`,
  UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
};

await script(async () => {
  const args = process.argv.slice(2);
  const sanitize = args[0] === '--sanitize';
  if (sanitize) args.shift();

  const { folder, type } = await configureTests(sanitize ? 'address,undefined' : '');
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
