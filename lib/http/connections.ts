/** Time limits and sizes of connections: none is left at Node's or Fastify's default of "for ever". */
import type { Socket } from 'node:net';
import type { FastifyHttpOptions } from 'fastify';

import { BgcutError, type ErrorCode } from '../errors.js';
import type { ServerSettings } from './settings.js';
import { errorBody, statusOf } from './status.js';

const keepAliveMs = 65_000;
const maxHeaderBytes = 16_384;
/** How often Node looks for requests that have taken too long. */
const lookMs = 1000;
/** What the route's own answer to a slow body gets before the connection is cut. */
const graceMs = 2000;

/** For fastify(). Milliseconds. */
export function connectionLimits({
  headersTimeout,
  bodyTimeout,
  timeout,
}: ServerSettings): Pick<
  FastifyHttpOptions<never>,
  'connectionTimeout' | 'keepAliveTimeout' | 'requestTimeout' | 'http'
> {
  const requestTimeout = headersTimeout + bodyTimeout + graceMs;
  return {
    // Of a socket on which nothing moves.
    connectionTimeout: requestTimeout + timeout + graceMs,
    keepAliveTimeout: keepAliveMs,
    requestTimeout,
    http: {
      headersTimeout,
      requestTimeout,
      connectionsCheckingInterval: lookMs,
      maxHeaderSize: maxHeaderBytes,
    },
  };
}

/** Answers what is no request, or has not become one in time, and closes its connection. */
export function answerMalformed(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const [code, status] = refusalOf(error.code);
  if (socket.writable) {
    const body = JSON.stringify(errorBody(new BgcutError(code)));
    const lines = [
      `HTTP/1.1 ${status}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Access-Control-Allow-Origin: *',
      'Connection: close',
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  }
  socket.destroySoon();
}

function refusalOf(code: string | undefined): [code: ErrorCode, status: string] {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return ['request_timeout', `${statusOf('request_timeout')} Request Timeout`];
  }
  return code === 'HPE_HEADER_OVERFLOW'
    ? ['malformed_request', '431 Request Header Fields Too Large']
    : ['malformed_request', `${statusOf('malformed_request')} Bad Request`];
}
