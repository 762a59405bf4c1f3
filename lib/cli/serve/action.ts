/** What `bgcut serve` does. */
import { createServer } from '../../http/index.js';
import { readSettings, serverOptions, type ServerSettings } from '../../http/settings.js';
import { resolveModel } from '../../models/index.js';
import { DownloadReport } from '../models/progress.js';
import { endCleanly, stopSignal } from '../signals.js';
import { printLine, say } from '../terminal.js';
import { collectSeldom } from './heap.js';

/** Serves until the process is told to stop; resolves when everything has ended. */
export async function serve(
  given: Record<string, unknown>,
  config: string | undefined,
): Promise<void> {
  const settings = readSettings(serverOptions, given, { file: config });
  collectSeldom();
  await fetchModel(settings);
  const server = await createServer(settings);
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

/** A first start may download: it should be seen how far it is. */
async function fetchModel({ model, cacheDir, offline }: ServerSettings): Promise<void> {
  const download = new DownloadReport();
  try {
    await resolveModel(model, { cacheDir, offline, signal: stopSignal, ...download.hooks });
  } finally {
    download.end();
  }
}
