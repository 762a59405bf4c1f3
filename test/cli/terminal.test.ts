import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { emptyFolder, entry, folderWith, photos, tinyModel } from './support';

// util-linux's script(1) runs a command in a pseudo-terminal; other systems have another script(1) or none.
const script = '/usr/bin/script';
const inTerminal = it.runIf(process.platform === 'linux' && existsSync(script));

/** What a person sees, and the exit code, of `bgcut ...args` in a terminal. */
function watch(
  args: string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Promise<[string, number]> {
  const command = [process.execPath, entry, ...args].map((word) => `'${word}'`).join(' ');
  const environment: NodeJS.ProcessEnv = { ...process.env, TERM: 'xterm-256color', ...env };
  for (const name of ['CI', 'FORCE_COLOR', ...('NO_COLOR' in env ? [] : ['NO_COLOR'])]) {
    Reflect.deleteProperty(environment, name);
  }
  return new Promise((resolve) => {
    const child = execFile(
      script,
      ['--quiet', '--return', '--command', command, '/dev/null'],
      { cwd, env: environment },
      (error, stdout) => {
        resolve([stdout, typeof error?.code === 'number' ? error.code : 0]);
      },
    );
    child.stdin?.end();
  });
}

const colour = /\p{Cc}\[\d+m/u;

inTerminal('several pictures have a line each, a progress bar and a summary', async () => {
  const cwd = await emptyFolder();
  const [seen, code] = await watch(['remove', photos, '-o', 'out', '--model', tinyModel], cwd);
  expect(code).toBe(0);
  expect(seen).toMatch(/[█░]{30} \d\/4 pictures, \d+ s/);
  for (const name of ['astronaut', 'chelsea', 'coffee', 'rocket']) {
    expect(seen).toContain(`-> out/${name}.png`);
  }
  // The bar is taken away before the last word.
  const end = seen.slice(seen.lastIndexOf('pictures, '));
  expect(end).toContain('4 of 4 pictures done');
  expect(seen.lastIndexOf('░')).toBeLessThan(seen.indexOf('4 of 4 pictures done'));
  expect(seen).toMatch(colour);
});

inTerminal('NO_COLOR takes the colours away', async () => {
  const cwd = await folderWith('rocket.jpg');
  const args = ['remove', 'rocket.jpg', 'gone.jpg', '--model', tinyModel];
  const [seen] = await watch(args, cwd, { NO_COLOR: '1' });
  expect(seen).toContain('rocket-cutout.png');
  expect(seen).not.toMatch(colour);
});

inTerminal('one picture has no bar', async () => {
  const cwd = await folderWith('rocket.jpg');
  const [seen] = await watch(['remove', 'rocket.jpg', '--model', tinyModel], cwd);
  expect(seen).toContain('rocket-cutout.png');
  expect(seen).not.toMatch(/[█░]/);
});

inTerminal('a picture is neither written to the terminal nor read from it', async () => {
  const cwd = await folderWith('rocket.jpg');
  for (const args of [
    ['rocket.jpg', '-o', '-'],
    ['-', '-o', 'a.png'],
  ]) {
    const [seen, code] = await watch(['remove', ...args, '--model', tinyModel], cwd);
    expect(code).toBe(64);
    expect(seen).toMatch(/terminal.*\(invalid_usage\)/);
  }
});
