/** One run of the command line, from its arguments to the exit code. */
import { CommanderError } from 'commander';
import { exitCode, exitCodeOfFatal } from './errors.js';
import { buildProgram } from './program.js';
import { listenForStop, Stopped, stop, stopSignal, throwIfStopped } from './signals.js';
import { errorLine, say } from './terminal.js';

/** Runs the command line and sets process.exitCode; never rejects. `args`: what follows `bgcut`. */
export async function runCli(args: readonly string[]): Promise<void> {
  // Without listeners a reader that goes away (`| head`) would end the process with a stack.
  process.stdout.on('error', () => stop(exitCode.brokenPipe));
  process.stderr.on('error', () => undefined);
  listenForStop();
  tellWarningsPlainly();
  try {
    await buildProgram().parseAsync(args, { from: 'user' });
    throwIfStopped();
  } catch (error) {
    process.exitCode = reportFatal(error);
  }
  // An input that is still open would keep the process alive after Ctrl+C.
  process.stdin.destroy();
}

// Node would add its process id and advice for programmers.
function tellWarningsPlainly(): void {
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => {
    say(message.startsWith('bgcut: ') ? message : `bgcut: ${name}: ${message}`);
  });
}

/** Prints what ended the run, as one sentence with its code, and answers the exit code. */
function reportFatal(error: unknown): number {
  // Commander has printed its own message, or the help or version that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
  if (stopSignal.aborted) {
    const reason: unknown = stopSignal.reason;
    return reason instanceof Stopped ? reason.exitCode : exitCode.interrupted;
  }
  say(errorLine(error));
  return exitCodeOfFatal(error);
}
