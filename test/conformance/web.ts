/** A web server that the guarded fetch takes for a public one. */
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { vi } from 'vitest';

import { internet } from '#lib/source/fetch/index';

/** A public address. Nothing is ever sent to it: every connection is led to the local server. */
const publicAddress = '93.184.216.34';

/** Runs `act` while http://photos.example serves these files, and nothing else, under its root. */
export async function online<T>(
  files: Readonly<Record<string, Buffer>>,
  act: (root: string) => Promise<T>,
): Promise<T> {
  const server = createServer((request, response) => {
    const file = files[(request.url ?? '').slice(1)];
    response.writeHead(file === undefined ? 404 : 200).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const spies = [
    vi.spyOn(internet, 'dial').mockImplementation(() => connect(port, '127.0.0.1')),
    vi.spyOn(internet, 'lookup').mockResolvedValue([{ address: publicAddress, family: 4 }]),
  ];
  try {
    return await act('http://photos.example/');
  } finally {
    for (const spy of spies) spy.mockRestore();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
