/** `bgcut serve` as its users start it: a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { project, tinyModel } from '../support/project.js';

const main = join(project, 'dist', 'cli', 'main.js');

/** A server in a process. */
export interface Served {
  readonly child: ChildProcess;
  readonly url: string;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
  /** What it has said so far. */
  said(): { stdout: string; stderr: string };
}

/** Starts `bgcut serve` on a free port and waits until it listens. */
export const serve = (data: string, ...flags: string[]): Promise<Served> =>
  serveUnder([], data, ...flags);

/** The same with flags of Node. */
export async function serveUnder(
  nodeFlags: string[],
  data: string,
  ...flags: string[]
): Promise<Served> {
  const given = flags.includes('--model') ? [] : ['--model', tinyModel];
  const args = ['serve', '--port', '0', '--data', data, '--device', 'cpu', '--offline', ...given];
  const child = spawn(process.execPath, [...nodeFlags, main, ...args, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, BGCUT_LOG: 'error' },
  });
  let [stdout, stderr] = ['', ''];
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    stdout,
    stderr,
  }));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const [, address] = /^listening on (http:\/\/\S+)\n/m.exec(stdout) ?? [];
      if (address !== undefined) resolve(address);
    });
    void ended.then(({ code }) => reject(new Error(`it ended with ${code}: ${stderr}`)));
  });
  return { child, url, ended, said: () => ({ stdout, stderr }) };
}

/** Runs `bgcut` to its end. */
export async function bgcut(
  ...args: string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** Makes a key with that many credits; the key. Flags say where the data is, beside the folder. */
export async function newKey(data: string, payg = 0, ...flags: string[]): Promise<string> {
  const place = ['--data', data, ...flags];
  const { stdout } = await bgcut('keys', 'create', 'a test', ...place);
  const key = stdout.trim().split('\n').at(-1)!;
  if (payg > 0) await bgcut('credits', 'add', key.split('_')[1]!, '--payg', `${payg}`, ...place);
  return key;
}
