/** Finds out whether a device runs, in a process of its own: a driver that crashes or hangs is an answer, not the end. */
import { fork } from 'node:child_process';
import path from 'node:path';
import type { DeviceName } from '../../native.js';
import { stopSignal } from '../signals.js';

/** Whether inference runs on a device, and the reason where it does not. */
export type Probe =
  | { readonly device: DeviceName; readonly runs: true }
  | { readonly device: DeviceName; readonly runs: false; readonly reason: string };

/** What the other process answers. */
export type Answer = { readonly ok: true } | { readonly ok: false; readonly reason: string };

// Building a GPU's first kernels takes many seconds; a driver that waits for ever is not waited for.
const patienceMs = 60_000;

/** Runs a tiny model on the device. Rejects only with the reason of stopSignal. */
export async function probe(device: DeviceName): Promise<Probe> {
  const answer = await askChild(device);
  stopSignal.throwIfAborted();
  return answer.ok
    ? { device, runs: true }
    : { device, runs: false, reason: oneLine(answer.reason) };
}

function askChild(device: DeviceName): Promise<Answer> {
  return new Promise((resolve) => {
    const child = fork(path.join(__dirname, 'probe-child.js'), [device], {
      // Libraries of drivers write to standard error as they please; what matters is in the reason.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      timeout: patienceMs,
      killSignal: 'SIGKILL',
      signal: stopSignal,
    });
    const fail = (reason: string) => {
      resolve({ ok: false, reason });
    };
    child.on('message', (answer: Answer) => {
      resolve(answer);
    });
    child.on('error', () => {
      fail('The process that tries it could not be started.');
    });
    child.on('close', (code, signal) => {
      if (signal === 'SIGKILL') fail(`It did not answer within ${patienceMs / 1000} seconds.`);
      else fail(`The attempt ended the process (${signal ?? `exit code ${String(code)}`}).`);
    });
  });
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
