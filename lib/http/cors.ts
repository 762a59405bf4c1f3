/** Pages of any origin may call: a key is what lets somebody in, not a cookie. */
import type { FastifyReply, FastifyRequest } from 'fastify';

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

/**
 * Lets pages read the answer. Only a page is told which headers it may read: scripts that look for the line of
 * Retry-After, as that of the API reference does, must not find it in a list as well.
 */
export function allowEverywhere(request: FastifyRequest, reply: FastifyReply): void {
  void reply.header('Access-Control-Allow-Origin', '*');
  if (request.headers.origin === undefined) return;
  void reply.header('Access-Control-Expose-Headers', exposed);
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
