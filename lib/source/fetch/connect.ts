/** Connections that are checked where they are made, so that nothing can change between the check and the connection. */
import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import type { LookupAddress } from 'node:dns';
import { connect as connectTls } from 'node:tls';

import type { buildConnector } from 'undici';

import { Stop } from '../../stop.js';
import { abortable } from '../collect.js';
import type { Network } from './network.js';

/**
 * A connector for undici: resolves the name once, has every address checked, and connects to those very addresses.
 * The name stays in the Host header and is the one that a certificate must be for.
 * Fails with a plain Error, whose message is for logs only.
 */
export function guardedConnector(network: Network, signal: AbortSignal): buildConnector.connector {
  return (target, callback) => {
    open(target, network, signal).then(
      (socket) => callback(null, socket),
      (error: unknown) => callback(error as Error, null),
    );
  };
}

async function open(
  { hostname, protocol, port: givenPort }: buildConnector.Options,
  network: Network,
  signal: AbortSignal,
): Promise<Socket> {
  const secure = protocol === 'https:';
  const port = givenPort === '' ? (secure ? 443 : 80) : Number(givenPort);
  if (!network.policy.allowsPort(port)) throw new Error(`port ${port} is not allowed`);
  const stop = new Stop(signal, network.connectMs);
  const opened: Socket[] = [];
  try {
    const addresses = await abortable(allowedAddresses(hostname, network), stop.signal);
    const socket = network.dial({ hostname, port, addresses });
    opened.push(socket);
    await ready(socket, 'connect', stop.signal);
    if (!secure) return socket;
    const options = { socket, host: hostname, ALPNProtocols: ['http/1.1'], ca: network.ca };
    // An address is no server name, and a name's last dot is no part of it. Certificates count, whatever the
    // environment says.
    const servername = isIP(hostname) === 0 ? hostname.replace(/\.$/, '') : '';
    const tls = connectTls({ ...options, servername, rejectUnauthorized: true });
    opened.push(tls);
    await ready(tls, 'secureConnect', stop.signal);
    return tls;
  } catch (thrown) {
    for (const socket of opened) socket.destroy();
    throw thrown;
  } finally {
    stop.end();
  }
}

async function allowedAddresses(
  hostname: string,
  network: Network,
): Promise<readonly LookupAddress[]> {
  const { policy } = network;
  const family = isIP(hostname);
  if (family === 0 && !policy.allowsName(hostname)) throw new Error(`${hostname} is not allowed`);
  const addresses = family === 0 ? await network.lookup(hostname) : [{ address: hostname, family }];
  if (addresses.length === 0) throw new Error(`${hostname} has no address`);
  const refused = addresses.find(({ address }) => !policy.allowsAddress(address));
  if (refused !== undefined) throw new Error(`${hostname} is ${refused.address}: not allowed`);
  return addresses;
}

async function ready(socket: Socket, event: string, signal: AbortSignal): Promise<void> {
  // For the time until undici listens: an error without a listener would end the process.
  socket.on('error', () => undefined);
  await once(socket, event, { signal });
}
