/** Programs of these tests, run in processes of their own: what ends, crashes, or is measured as a whole. */
import { spawn } from 'node:child_process';

import { project } from './project.js';

/** How a process ended. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** Milliseconds from the moment that it wrote its first line; from its start where it wrote none. */
  tookMs: number;
}

// Since its first line. A machine that is busy with other things makes a process start late, but none should end late.
const longestMs = 30_000;
const longestStartMs = 300_000;

/** Runs `node ...args` to its end. A process that hangs is killed, and the promise rejects. */
export function runNode(args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [...args], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let from = performance.now();
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      child.kill('SIGKILL');
      reject(new Error(`node ${args.join(' ')} hung; stdout: ${stdout}; stderr: ${stderr}`));
    };
    let limit = setTimeout(giveUp, longestStartMs);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const isFirst = !stdout.includes('\n');
      stdout += text;
      if (!isFirst || !stdout.includes('\n')) return;
      from = performance.now();
      clearTimeout(limit);
      limit = setTimeout(giveUp, longestMs);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      resolve({ code, signal, stdout, stderr, tookMs: performance.now() - from });
    });
  });
}

/** Runs a program that prints one JSON value, and nothing else, and ends well. */
export async function runForJson(args: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await runNode(args);
  if (code !== 0 || stderr !== '') throw new Error(`exit code ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

/** Maps with at most so many at a time; results in order. */
export async function inParallel<Item, Value>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Value>,
): Promise<Value[]> {
  const results: Value[] = [];
  const queue = items.entries();
  const lane = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return results;
}
