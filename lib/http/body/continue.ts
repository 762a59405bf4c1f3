/**
 * Clients that ask before they send a large body (`Expect: 100-continue`, as curl does from 1 MB on): they are told to
 * go on once their call has been let in, so that a refused one costs neither side the upload.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

const waiting = new WeakMap<IncomingMessage, ServerResponse>();

/** Hands such requests to `handle` before their body has been sent; without this Node asks for it at once. */
export function holdBodiesBack(
  server: Server,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    waiting.set(request, response);
    handle(request, response);
  });
}

/** Whether a client still waits to be asked for its body. A connection is of no more use after its refusal. */
export function isHeldBack(request: IncomingMessage): boolean {
  return waiting.has(request);
}

/** Asks for the body, where its client waits for that. */
export function askForBody(request: IncomingMessage): void {
  waiting.get(request)?.writeContinue();
  waiting.delete(request);
}
