/**
 * What can go wrong on the command line beyond the library's own errors, and the exit codes.
 * The codes of CliError stand in `--json` and in messages and are stable, like those of BgcutError.
 */
import { asBgcutError, BgcutError, errorGroups } from '../errors.js';

/** Exit codes. A count of failed pictures ends below 64, where the codes of BSD's sysexits.h begin. */
export const exitCode = {
  /** Everything asked for was done. */
  ok: 0,
  /** As many pictures failed, or more. */
  mostFailures: 63,
  /** The command could not be understood: unknown flag, bad value, contradiction. Nothing was started. */
  usage: 64,
  /** The engine could not start: no model, device, or native part. No picture was touched. */
  unavailable: 69,
  /** A defect in bgcut. */
  software: 70,
  /** The output folder could not be made. No picture was touched. */
  cantCreate: 73,
  /** Ended by Ctrl+C (128 + SIGINT). */
  interrupted: 130,
  /** The reader of standard output went away (128 + SIGPIPE). */
  brokenPipe: 141,
  /** Ended by SIGTERM (128 + SIGTERM). */
  terminated: 143,
} as const;

/** Codes that only the command line knows. */
export type CliErrorCode =
  'invalid_usage' | 'no_pictures' | 'output_is_input' | 'output_unwritable';

/** A failure of the command line itself: a stable code and one sentence for the user. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: CliErrorCode;

  /** `message` is the whole public sentence; `cause` is shown only with BGCUT_DEBUG=1. */
  constructor(code: CliErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** A CliError for a command that makes no sense as written; ends with exit code 64. */
export function usageError(message: string): CliError {
  return new CliError('invalid_usage', message);
}

/** The exit code for `failed` pictures: their number, at most 63. */
export function exitCodeOfFailures(failed: number): number {
  return Math.min(failed, exitCode.mostFailures);
}

/** The exit code for an error that ended the whole command. */
export function exitCodeOfFatal(error: unknown): number {
  const { code } = describeError(error);
  const misuse = { ...errorGroups.options, ...errorGroups.background };
  const isMisuse =
    Object.hasOwn(misuse, code) ||
    ['invalid_usage', 'invalid_setting', 'key_unknown'].includes(code);
  if (isMisuse) return exitCode.usage;
  if (code === 'output_unwritable') return exitCode.cantCreate;
  return code === 'internal_error' ? exitCode.software : exitCode.unavailable;
}

/** A failure as `--json` prints it. */
export interface ErrorReport {
  readonly code: string;
  readonly title: string;
  readonly detail?: string;
}

/** The public part of whatever was thrown. */
export function describeError(error: unknown): ErrorReport {
  if (error instanceof CliError) return { code: error.code, title: error.message };
  const { code, title, detail } = asBgcutError(error);
  return detail === undefined ? { code, title } : { code, title, detail };
}

/** The sentence for a person: title and detail, ended by a full stop. */
export function sentenceOf(error: unknown): string {
  const text =
    error instanceof CliError || error instanceof BgcutError
      ? error.message
      : asBgcutError(error).message;
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** A short reason for an error of the file system, without its call and path: 'permission denied'. */
export function fileReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return (typeof code === 'string' ? fileReasons[code] : undefined) ?? 'it can not be used';
}

const fileReasons: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  EEXIST: 'a file of that name is in the way',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'too many symbolic links',
};
