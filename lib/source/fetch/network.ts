/** What a fetch needs of the outside: names, sockets, clocks, and what it may reach. Tests bring their own. */
import { lookup, type LookupAddress } from 'node:dns';
import { connect, type Socket } from 'node:net';
import { promisify } from 'node:util';

import { type Policy, publicInternet } from './policy.js';

/** Where a connection goes. */
export interface Target {
  readonly hostname: string;
  readonly port: number;
  /** All of the name's addresses, each allowed by the policy; at least one. */
  readonly addresses: readonly LookupAddress[];
}

/** The outside of a fetch. */
export interface Network {
  readonly policy: Policy;
  /** All addresses of a name. Called once for each request; never for an address literal. */
  lookup(hostname: string): Promise<readonly LookupAddress[]>;
  /** Begins a TCP connection to one of the target's addresses, without asking a resolver again. */
  dial(target: Target): Socket;
  /** Milliseconds for resolving, TCP and TLS of one connection. */
  readonly connectMs: number;
  /** Milliseconds for everything, redirects and the body included. */
  readonly totalMs: number;
  /** Certificates (PEM) trusted instead of the default ones. */
  readonly ca?: string | undefined;
}

const lookupAll = promisify(lookup);

/** Milliseconds for one address of several; the next one is tried then. Node's own 250 are too few for far networks. */
const attemptMs = 1000;

/** The machine's resolver and network, directly: no proxy, whatever the environment says. */
export const internet: Network = {
  policy: publicInternet,
  lookup: (hostname) => lookupAll(hostname, { all: true }),
  dial: ({ hostname, port, addresses }) =>
    connect({
      host: hostname,
      port,
      noDelay: true,
      // All addresses are asked for because of autoSelectFamily. Not called for a literal, which is its own address.
      lookup: (_hostname, _options, answer) => answer(null, [...addresses]),
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: attemptMs,
    }),
  connectMs: 5_000,
  totalMs: 10_000,
};
