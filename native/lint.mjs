// Checks the native code: clang-format (layout) and clang-tidy (.clang-tidy), every finding an error. With --fix only
// the layout is written. Called by `npm run lint` and `npm run format`.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { BuildError, configureTests, root, run, script } from './toolchain.mjs';

/** The layout depends on clang-format's version; this is Debian 12's. */
const VERSION = '14';

/**
 * @param {string} name clang-format or clang-tidy
 * @returns {string} the program to call: the versioned name where there is one
 */
function find(name) {
  for (const program of [`${name}-${VERSION}`, name]) {
    const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
    if (status === 0 && stdout.includes(`version ${VERSION}.`)) return program;
  }
  throw new BuildError(
    `The native code can't be checked without ${name} ${VERSION}: install it with \`sudo apt-get install ${name}-${VERSION}\` (Debian, Ubuntu) or from LLVM's own packages, then run the command again.`,
  );
}

async function nativeFiles() {
  const entries = await readdir(join(root, 'native'), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(cc|h|inc)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

/** @param {string[]} files */
async function tidy(files) {
  const program = find('clang-tidy');
  // The compiler's arguments for each file come from the builds' own records.
  const addon = join(root, 'build', 'addon');
  if (!existsSync(join(addon, 'compile_commands.json'))) {
    throw new BuildError(
      "The addon can't be checked before it is built: run `npm run build` first.",
    );
  }
  const { folder: tests } = await configureTests('');
  const queue = files.filter((file) => file.endsWith('.cc'));
  let failed = 0;
  const worker = async () => {
    for (let file = queue.shift(); file; file = queue.shift()) {
      const folder = file.startsWith('native/addon/') ? addon : tests;
      // The build may use another compiler's warning flags.
      const args = ['-p', folder, '--quiet', '--extra-arg=-Wno-unknown-warning-option', file];
      const { code, output } = await run(program, args);
      if (code === 0) continue;
      failed++;
      process.stdout.write(output);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  if (failed > 0) throw new BuildError(`clang-tidy: ${String(failed)} files with findings.`);
}

await script(async () => {
  const fix = process.argv.includes('--fix');
  const files = await nativeFiles();
  const mode = fix ? ['-i'] : ['--dry-run', '-Werror'];
  const { code, output } = await run(find('clang-format'), [...mode, ...files]);
  if (code !== 0) {
    process.stdout.write(output);
    throw new BuildError('clang-format: the layout differs; `npm run format` writes it.');
  }
  if (!fix) await tidy(files);
});
