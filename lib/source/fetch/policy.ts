/** What may be fetched from. */
import { isPublicAddress } from './address.js';

/** Asked for the first address and for every redirect. */
export interface Policy {
  /** 1 to 65535. */
  allowsPort(port: number): boolean;
  /** A name as the URL parser writes it: lower case, Punycode. Asked before it is resolved; never for a literal. */
  allowsName(hostname: string): boolean;
  /** IPv4 or IPv6, of a literal or of a resolved name. Asked for every address of a name; one refusal refuses the name. */
  allowsAddress(address: string): boolean;
}

/** Names of these ends belong to a machine or its network (RFC 6761, 6762, 8375 and ICANN's .internal). */
const localEnds = ['localhost', 'localdomain', 'local', 'internal', 'home.arpa'];

/** The web as everybody sees it: ports 80 and 443, and nothing of this machine or its network. */
export const publicInternet: Policy = {
  allowsPort: (port) => port === 80 || port === 443,
  allowsName: (hostname) => {
    const name = hostname.replace(/\.$/, '');
    // A name without a dot is completed by the search list of the machine.
    return name.includes('.') && !localEnds.some((end) => name.endsWith(`.${end}`));
  },
  allowsAddress: isPublicAddress,
};
