/** What `bgcut serve` does. */
import { createServer } from '../../http/index.js';
import { readSettings, serverOptions } from '../../http/settings.js';
import { endCleanly, stopSignal } from '../signals.js';
import { printLine, say } from '../terminal.js';

/** Serves until the process is told to stop; resolves when everything has ended. */
export async function serve(
  given: Record<string, unknown>,
  config: string | undefined,
): Promise<void> {
  const settings = readSettings(serverOptions, given, { file: config });
  const server = await createServer(settings as Parameters<typeof createServer>[0]);
  try {
    if (server.firstKey !== undefined) {
      say(`bgcut: the API key of this server, shown only now: ${server.firstKey}`);
    }
    stopSignal.throwIfAborted();
    await printLine(`listening on ${await server.listen()}`);
    await new Promise<void>((resolve) => stopSignal.addEventListener('abort', () => resolve()));
    endCleanly();
  } finally {
    await server.close();
  }
}
