/** Error codes as HTTP: the one place that knows a status, and the shape of an error's body. */
import { asBgcutError, BgcutError, type ErrorCode, errorGroups } from '../errors.js';

const special: Partial<Record<ErrorCode, number>> = {
  insufficient_credits: 402,
  auth_failed: 403,
  not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  rate_limit_exceeded: 429,
  // Nobody reads it any more: for the log.
  aborted: 499,
  improve_off: 501,
  engine_busy: 503,
  engine_disposed: 503,
  timeout: 503,
  out_of_memory: 503,
  server_stopping: 503,
  store_unavailable: 503,
};

/** Whether an error is for the operator's log: nothing that load, clients or their networks bring about. */
export function isFault(code: ErrorCode): boolean {
  return statusOf(code) === 500 || code === 'store_unavailable' || code === 'out_of_memory';
}

/** What a client did wrong. */
const refusals: object = {
  ...errorGroups.input,
  ...errorGroups.background,
  ...errorGroups.options,
  invalid_body: true,
  malformed_request: true,
};

/** 400 for a mistake of the client, 5xx for ours. There is no 413 and no 415: clients of the API know 400 alone. */
export function statusOf(code: ErrorCode): number {
  return special[code] ?? (Object.hasOwn(refusals, code) ? 400 : 500);
}

/** The body of every error: one element, all values text, in the order in which clients print them. */
export interface ErrorBody {
  readonly errors: readonly [
    { readonly title: string; readonly code: string; readonly detail?: string },
  ];
}

/** The body for an error. What went wrong inside a server is for its log alone. */
export function errorBody({ title, code, detail }: BgcutError): ErrorBody {
  const tell = detail !== undefined && statusOf(code) !== 500;
  return { errors: [tell ? { title, code, detail } : { title, code }] };
}

/** The BgcutError for whatever a handler threw: what Fastify refuses by itself is a mistake of the client. */
export function asRefusal(thrown: unknown): BgcutError {
  const { statusCode } = thrown as { statusCode?: unknown };
  const refused = typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;
  return refused ? new BgcutError('invalid_body', { cause: thrown }) : asBgcutError(thrown);
}
