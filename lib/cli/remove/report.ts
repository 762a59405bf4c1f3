/** What `bgcut remove` says: lines and a progress bar for people, one JSON object per line for programs. */
import { type GenericFormatter, MultiBar, type SingleBar } from 'cli-progress';
import { barOptions, drawBar } from '../bar.js';
import { describeError } from '../errors.js';
import { countOf, formatBytes, formatDuration, formatSeconds } from '../format.js';
import { errorLine, isWatched, paint, printJson, say } from '../terminal.js';
import type { Done, Failed, Totals } from './run.js';

/** Told about every picture as it ends, and about the end. Rejects when its stream can't be written any more. */
export interface Reporter {
  /** Before the first picture. */
  start(total: number): void;
  picture(outcome: Done | Failed): Promise<void>;
  /** A sentence that concerns no picture. */
  notice(text: string): void;
  end(totals: Totals): Promise<void>;
}

/** Lines on standard error; below them a progress bar where a person watches more than one picture. */
export class PeopleReporter implements Reporter {
  private bars: MultiBar | undefined;
  private bar: SingleBar | undefined;

  start(total: number): void {
    if (total < 2 || !isWatched()) return;
    this.bars = new MultiBar(barOptions(barLine));
    this.bar = this.bars.create(total, 0);
  }

  picture(outcome: Done | Failed): Promise<void> {
    this.line(
      outcome.ok
        ? doneLine(outcome)
        : errorLine(outcome.error, nameOf(outcome.input, 'standard input')),
    );
    this.bar?.increment();
    return Promise.resolve();
  }

  notice(text: string): void {
    this.line(paint('yellow', text));
  }

  end(totals: Totals): Promise<void> {
    // What was said last may not have been drawn yet.
    this.bars?.update();
    this.bars?.stop();
    if (totals.pictures > 1 || totals.interrupted) say(summaryLine(totals));
    return Promise.resolve();
  }

  // The bar is the last line: what is said goes above it.
  private line(text: string): void {
    if (this.bars) this.bars.log(`${text}\n`);
    else say(text);
  }
}

/** The time passed keeps moving while a picture takes long; the time left is known from the first one on. */
const barLine: GenericFormatter = (_options, { progress, value, total, startTime }) => {
  const passed = Date.now() - startTime;
  const parts = [`${value}/${total} pictures`, formatSeconds(passed)];
  if (value > 0) parts.push(`about ${formatSeconds((passed / value) * (total - value))} left`);
  return `${drawBar(progress)} ${parts.join(', ')}`;
};

function doneLine(done: Done): string {
  const { data, width, height, timings, provider } = done.result;
  const facts = [
    `${width}x${height}`,
    formatBytes(data.length),
    // Waiting for the pictures before it is not this picture's time.
    formatDuration(timings.total - timings.queue),
    provider,
  ].join(', ');
  const input = nameOf(done.input, 'standard input');
  const output = nameOf(done.output, 'standard output');
  return `${paint('green', '✓')} ${input} -> ${output} ${paint('dim', `(${facts})`)}`;
}

function nameOf(file: string, stream: string): string {
  return file === '-' ? stream : file;
}

function summaryLine(totals: Totals): string {
  const { pictures, done, failed, ms } = totals;
  const parts = [`${done} of ${countOf(pictures, 'picture')} done in ${formatDuration(ms)}`];
  if (failed > 0) parts.push(paint('red', `${failed} failed`));
  if (totals.interrupted) parts.push(paint('yellow', 'stopped before the end'));
  return `${parts.join(', ')}.`;
}

/** One JSON object per line on standard output: `event` is 'picture' or 'summary'. Field names are stable. */
export class JsonReporter implements Reporter {
  start(): void {
    // Nothing to draw.
  }

  picture(outcome: Done | Failed): Promise<void> {
    const { ok, index, input } = outcome;
    const head = { event: 'picture', ok, index, input };
    if (!outcome.ok) return printJson({ ...head, error: describeError(outcome.error) });
    const { data, ...facts } = outcome.result;
    return printJson({ ...head, output: outcome.output, bytes: data.length, ...facts });
  }

  notice(): void {
    // Advice for people.
  }

  end(totals: Totals): Promise<void> {
    return printJson({ event: 'summary', ...totals });
  }
}
