/** How progress bars look and behave, for the pictures of a run and for the bytes of a model. */
import type { GenericFormatter, Options } from 'cli-progress';

const width = 30;

/** '█████░░░░░' for a progress of 0 to 1. */
export function drawBar(progress: number): string {
  const complete = Math.round(progress * width);
  return '█'.repeat(complete) + '░'.repeat(width - complete);
}

/** Options of a bar on standard error that is gone when it is done. */
export function barOptions(format: GenericFormatter): Options {
  return {
    format,
    hideCursor: true,
    clearOnComplete: true,
    // Ctrl+C stops the work first, and then the bar.
    gracefulExit: false,
    stream: process.stderr,
  };
}
