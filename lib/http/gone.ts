/** Whether anybody still waits for an answer. */
import type { ServerResponse } from 'node:http';

/** Aborts when the connection closes before the answer has been handed over. */
export function goneSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  if (response.destroyed) controller.abort();
  response.on('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
