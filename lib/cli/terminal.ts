/**
 * The two output streams. Standard output carries results only: pictures, tables, JSON. Whatever is said to a person
 * on the way goes to standard error.
 */
import { inspect, styleText } from 'node:util';
import { describeError, sentenceOf } from './errors.js';

/** Colours used in messages. */
export type Style = 'red' | 'green' | 'yellow' | 'dim' | 'bold';

/** The text in that style where the stream is a terminal with colours; NO_COLOR, FORCE_COLOR and TERM are respected. */
export function paint(
  style: Style,
  text: string,
  stream: NodeJS.WriteStream = process.stderr,
): string {
  // validateStream: newer Nodes would look at standard output instead of the stream meant here.
  return stream.isTTY && stream.hasColors()
    ? styleText(style, text, { validateStream: false })
    : text;
}

/** Writes one line to standard error. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** An error as one line: `bgcut: sentence (code)`, with its stack and cause below where BGCUT_DEBUG=1. */
export function errorLine(error: unknown, subject = 'bgcut'): string {
  const line = `${paint('red', `${subject}:`)} ${sentenceOf(error)} ${paint('dim', `(${describeError(error).code})`)}`;
  return process.env.BGCUT_DEBUG === '1' ? `${line}\n${inspect(error)}` : line;
}

/** Writes to standard output and waits until it has left this process. Rejects with EPIPE where nobody reads. */
export function writeOut(data: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(data, (error) => (error ? reject(error) : resolve()));
  });
}

/** Writes one line to standard output. */
export function printLine(line: string): Promise<void> {
  return writeOut(`${line}\n`);
}

/** Writes one JSON document on one line to standard output, numbers with at most three decimals. */
export function printJson(value: unknown): Promise<void> {
  const rounded = (_key: string, member: unknown): unknown =>
    typeof member === 'number' ? Math.round(member * 1000) / 1000 : member;
  return printLine(JSON.stringify(value, rounded));
}

/** Whether a person watches standard error: then progress is drawn instead of told. */
export function isWatched(): boolean {
  return process.stderr.isTTY && process.env.TERM !== 'dumb';
}
