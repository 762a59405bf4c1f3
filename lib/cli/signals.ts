/** Ctrl+C and SIGTERM: the first one stops the work cleanly, the second one ends the process at once. */
import { exitCode } from './errors.js';

/** The reason of the signal below: carries the exit code that the process is to end with. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
  readonly exitCode: number;

  constructor(code: number) {
    super('Stopped.');
    this.exitCode = code;
  }
}

const controller = new AbortController();

/** Aborted, with a Stopped as its reason, when the process is asked to stop. */
export const stopSignal: AbortSignal = controller.signal;

/** Stops the work as a signal would; for a reader of standard output that went away. */
export function stop(code: number): void {
  controller.abort(new Stopped(code));
}

let clean = false;

/** Being told to stop was the expected end of the work: no failure, exit code 0. */
export function endCleanly(): void {
  clean = true;
}

/** Throws where the work was cut short. */
export function throwIfStopped(): void {
  if (!clean) stopSignal.throwIfAborted();
}

/** Starts listening. Call once. */
export function listenForStop(): void {
  const codes = { SIGINT: exitCode.interrupted, SIGTERM: exitCode.terminated } as const;
  for (const [name, code] of Object.entries(codes)) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(code);
      stop(code);
    });
  }
}
