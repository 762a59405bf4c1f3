import { spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

const root = path.join(import.meta.dirname, '..', '..');

/** The built command, run as a user's shell would run it. */
export const entry = path.join(root, 'dist', 'cli', 'main.js');
/** The four photographs that the project carries. */
export const photos = path.join(root, 'test', 'fixtures', 'photos');
/** A model of a few kilobytes that puts the subject where the picture is bright. */
export const tinyModel = path.join(root, 'test', 'fixtures', 'models', 'tiny.onnx');

/** A model that takes seconds per picture. */
export const slowModel = path.join(root, 'test', 'fixtures', 'models', 'slow.onnx');

/** How a run ended. */
export interface Ended {
  code: number | null;
  stdout: Buffer;
  stderr: string;
}

/** A run under way. */
export interface Running {
  child: ChildProcess;
  ended: Promise<Ended>;
}

/** Starts `bgcut ...args` with the folder as its working directory. */
export function start(
  args: readonly string[],
  options: { cwd?: string; stdin?: Uint8Array; env?: NodeJS.ProcessEnv } = {},
): Running {
  const child = spawn(process.execPath, [entry, ...args], {
    cwd: options.cwd,
    env: { ...process.env, NO_COLOR: '1', BGCUT_OFFLINE: '1', ...options.env },
  });
  const stdout: Buffer[] = [];
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  // A command that does not read its input closes it early.
  child.stdin.on('error', () => undefined).end(options.stdin);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, stdout: Buffer.concat(stdout), stderr });
    });
  });
  return { child, ended };
}

/** Runs `bgcut ...args` to its end. */
export function run(...args: Parameters<typeof start>): Promise<Ended> {
  return start(...args).ended;
}

/** The JSON objects of a `--json` run. */
export function jsonLines(ended: Ended): Record<string, unknown>[] {
  const lines = ended.stdout.toString('utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** An empty folder that is removed after the test. */
export async function emptyFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'bgcut-cli-')));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder with copies of some of the photographs, by their file names. */
export async function folderWith(...names: string[]): Promise<string> {
  const folder = await emptyFolder();
  for (const name of names) await cp(path.join(photos, name), path.join(folder, name));
  return folder;
}

/** Everything in a folder and below, sorted. */
export async function namesIn(...folder: string[]): Promise<string[]> {
  return (await readdir(path.join(...folder), { recursive: true })).sort();
}
