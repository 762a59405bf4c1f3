/** What is logged: one line a request, without keys, query strings and pictures. */
import type { FastifyReply, FastifyRequest } from 'fastify';

import { statusOf } from './status.js';
import { parseTrace } from './trace.js';

/** The line of a request that has been answered, and its status; 499 where the client went away. */
export function noteOf(
  request: FastifyRequest,
  reply: FastifyReply,
): { status: number; line: object } {
  const { key, ...notes } = request.bgcut ?? {};
  const gone = !reply.raw.writableFinished;
  const status = gone ? statusOf('aborted') : reply.statusCode;
  return {
    status,
    line: {
      method: request.method,
      route: request.routeOptions.url,
      status,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      ...(key === undefined ? {} : { key: key.id }),
      ...(gone ? { code: 'aborted' } : {}),
      ...notes,
      ...parseTrace(request.headers.traceparent),
    },
  };
}
