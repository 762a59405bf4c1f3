/** W3C trace context: https://www.w3.org/TR/trace-context/ */

/** The trace that a request belongs to, and the span that called. */
export interface Trace {
  readonly trace: string;
  readonly parent: string;
}

/** Reads a traceparent header; undefined for none and for one that is not valid. */
export function parseTrace(header: string | string[] | undefined): Trace | undefined {
  if (typeof header !== 'string') return undefined;
  const [, version, trace, parent, rest] =
    /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}(-.*)?$/.exec(header.trim()) ?? [];
  if (trace === undefined || parent === undefined || version === 'ff') return undefined;
  if (version === '00' && rest !== undefined) return undefined;
  return /^0+$/.test(trace) || /^0+$/.test(parent) ? undefined : { trace, parent };
}
