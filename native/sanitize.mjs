// What the builds under sanitizers share: how these report, and the fuzzer's build.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { BuildError, clang, cmake, requireTools, root } from './toolchain.mjs';

const SUPPRESSIONS = join(root, 'native', 'sanitize.supp');
const THREAD_SUPPRESSIONS = join(root, 'native', 'thread.supp');

/**
 * Where the sanitizers stop and report. Leaks of a library that allocates once per process and leaves it to the exit
 * are listed in sanitize.supp; everything else that is unreachable at exit is a failure.
 */
export const SANITIZER_ENV = {
  ASAN_OPTIONS: [
    'detect_leaks=1',
    'strict_string_checks=1',
    'check_initialization_order=1',
    'detect_stack_use_after_return=1',
    'allocator_may_return_null=1', // a bomb's allocation fails, as it does without the sanitizer
  ].join(':'),
  LSAN_OPTIONS: `suppressions=${SUPPRESSIONS}:print_suppressions=0`,
  UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1',
  TSAN_OPTIONS: [
    'halt_on_error=1',
    'second_deadlock_stack=1',
    'ignore_noninstrumented_modules=1', // the locks of libvips and ONNX Runtime can't be seen
    `suppressions=${THREAD_SUPPRESSIONS}`,
  ].join(':'),
};

/**
 * Builds the fuzzer of native/fuzz: build/fuzzer/bgcut_fuzz. libvips and ONNX Runtime come as they are, so that only
 * our own code is watched and tells which inputs reach something new.
 */
export async function buildFuzzer() {
  const purpose = "The fuzzer can't be compiled";
  requireTools(purpose);
  const compiler = clang();
  if (compiler === undefined) {
    throw new BuildError(
      `${purpose} without clang and libFuzzer: install them with \`sudo apt-get install clang-14 libclang-rt-14-dev\` (Debian), then run the command again.`,
    );
  }
  const folder = join(root, 'build', 'fuzzer');
  await cmake([
    ...['-S', root, '-B', folder],
    `-DCMAKE_CXX_COMPILER=${compiler}`,
    '-DCMAKE_BUILD_TYPE=RelWithDebInfo',
    '-DBGCUT_BUILD_ADDON=OFF',
    '-DBGCUT_BUILD_FUZZER=ON',
    '-DBGCUT_SANITIZE=fuzzer-no-link,address,undefined,float-cast-overflow',
  ]);
  await cmake(['--build', folder, '--parallel', String(availableParallelism())]);
}
