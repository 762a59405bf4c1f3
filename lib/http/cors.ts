/** Pages of any origin may call: a key is what lets somebody in, not a cookie. */
import type { FastifyReply } from 'fastify';

/** Every header of an answer that a page may want to read. */
export const exposedHeaders = [
  'X-Type',
  'X-Width',
  'X-Height',
  'X-Max-Width',
  'X-Max-Height',
  'X-Credits-Charged',
  'X-Foreground-Top',
  'X-Foreground-Left',
  'X-Foreground-Width',
  'X-Foreground-Height',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'Retry-After',
  'Server-Timing',
] as const;

const exposed = exposedHeaders.join(', ');

/** Lets pages read the answer. */
export function allowEverywhere(reply: FastifyReply): void {
  void reply.headers({
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': exposed,
  });
}

/** The answer to what a browser asks before it sends a request. */
export function preflight(reply: FastifyReply, method: string): FastifyReply {
  return reply
    .headers({
      'Access-Control-Allow-Methods': `${method}, OPTIONS`,
      'Access-Control-Allow-Headers':
        'X-Api-Key, Authorization, Content-Type, Accept, X-Requested-With, traceparent, tracestate',
      'Access-Control-Max-Age': 86_400,
    })
    .code(204)
    .send();
}
