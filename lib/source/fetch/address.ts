/** Which addresses are out on the public internet, and not this machine, its network or its cloud's own services. */
import { isIP } from 'node:net';

import ipaddr from 'ipaddr.js';

/**
 * Whether an IPv4 or IPv6 address, as a resolver writes it, is one that anybody on the internet can reach under it:
 * globally routable unicast. An IPv4 address inside an IPv6 one counts for what it is. False for text that is no
 * address, and for an address with a zone (`fe80::1%eth0`), which only means something on one machine.
 */
export function isPublicAddress(text: string): boolean {
  const family = isIP(text);
  if (family === 4) return isPublicIPv4(ipaddr.IPv4.parse(text));
  if (family !== 6 || !URL.canParse(`http://[${text}]`)) return false;
  // The URL parser knows no zones and writes plain groups: the library takes ::1.2.3.4 for ::ffff:1.2.3.4.
  return isPublicIPv6(ipaddr.IPv6.parse(new URL(`http://[${text}]`).hostname.slice(1, -1)));
}

// Answers inside every virtual machine of Azure, though its range is a public one.
const platformService = '168.63.129.16';

// The library calls `unicast` what is in none of its special ranges.
function isPublicIPv4(address: ipaddr.IPv4): boolean {
  return address.range() === 'unicast' && address.toString() !== platformService;
}

/** All that has been handed out for global use so far; compatible, translated and site-local addresses lie outside. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Both are another way to write an IPv4 address that a resolver may give: on a network without IPv4 every IPv4 site
 * is found under the second one (NAT64).
 */
const writtenAsIPv6 = [
  ipaddr.IPv6.parseCIDR('::ffff:0:0/96'),
  ipaddr.IPv6.parseCIDR('64:ff9b::/96'),
];

function isPublicIPv6(address: ipaddr.IPv6): boolean {
  if (writtenAsIPv6.some((prefix) => address.match(prefix))) return isPublicIPv4(lastIPv4(address));
  // 6to4 and Teredo are special ranges, and refused whatever they carry: both are given up.
  if (address.range() !== 'unicast' || !address.match(globalUnicast)) return false;
  return !isIsatap(address) || isPublicIPv4(lastIPv4(address));
}

/** ISATAP (RFC 5214, 6.1): a tunnel to the IPv4 address in the last 32 bits, under any prefix. */
function isIsatap({ parts }: ipaddr.IPv6): boolean {
  return (parts[4] === 0 || parts[4] === 0x200) && parts[5] === 0x5efe;
}

function lastIPv4(address: ipaddr.IPv6): ipaddr.IPv4 {
  return new ipaddr.IPv4(address.toByteArray().slice(12));
}
