import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isPublicAddress } from '#lib/source/fetch/address';

// IANA's registries of special addresses, kept by another implementation: Node's own.
const special4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const;

const blocked4 = new BlockList();
for (const [network, bits] of special4) blocked4.addSubnet(network, bits, 'ipv4');

const special6 = [
  ['::', 3],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
  ['4000::', 2],
  ['8000::', 1],
] as const;

const blocked6 = new BlockList();
for (const [network, bits] of special6) blocked6.addSubnet(network, bits, 'ipv6');

const quad = (value: number): string =>
  [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
const hex = (value: number): string =>
  `${(value >>> 16).toString(16)}:${(value & 0xffff).toString(16)}`;
const value = (address: string): number =>
  address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

/** Where a mistake would be: the first and last address of each range and their neighbours. */
const edges = special4.flatMap(([network, bits]) => {
  const first = value(network);
  const last = first + 2 ** (32 - bits) - 1;
  return [first - 1, first, last, last + 1].filter((edge) => edge >= 0 && edge < 2 ** 32);
});
const ipv4 = fc.oneof(fc.constantFrom(...edges), fc.nat(0xffffffff));

describe('an address is public', () => {
  it('at the edges of the ranges of IPv4 as the registry says', () => {
    for (const edge of edges) {
      expect([quad(edge), isPublicAddress(quad(edge))]).toEqual([
        quad(edge),
        !blocked4.check(quad(edge), 'ipv4'),
      ]);
    }
  });

  it('as the registry says, for any of IPv4 and however it is written in IPv6', () => {
    fc.assert(
      fc.property(ipv4, (number) => {
        const address = quad(number);
        const expected = !blocked4.check(address, 'ipv4');
        expect(isPublicAddress(address)).toBe(expected);
        for (const same of [`::ffff:${address}`, `::FFFF:${hex(number)}`, `64:ff9b::${address}`]) {
          expect([same, isPublicAddress(same)]).toEqual([same, expected]);
        }
        for (const group of ['0', '200']) {
          expect(isPublicAddress(`2a00:1450:1:2:${group}:5efe:${hex(number)}`)).toBe(expected);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('never in the forms that are given up, whatever they carry', () => {
    fc.assert(
      fc.property(ipv4, (number) => {
        for (const form of [
          `::${hex(number)}`,
          `::ffff:0:${hex(number)}`,
          `2002:${hex(number)}::1`,
          `2001:0:${hex(number)}::1`,
          `64:ff9b:1::${hex(number)}`,
          `fe80::5efe:${hex(number)}`,
        ]) {
          expect([form, isPublicAddress(form)]).toEqual([form, false]);
        }
      }),
    );
  });

  it('as the registry says, for any of IPv6', () => {
    const edges6 = fc.constantFrom(
      '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
      '2000::',
      '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff',
      '2001:200::',
      '2001:db7:ffff::',
      '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
      '2001:db9::',
      '2003::',
      '2620:4f:7fff::',
      '2620:4f:8001::',
      '3ffe:ffff::',
      '3fff:fff:ffff::',
      '3fff:1000::',
      '4000::',
    );
    const carries4 = /^(::ffff:|64:ff9b::|.*:(200|0)?:?5efe:)/i;
    const ipv6 = fc.oneof(edges6, fc.ipV6()).filter((address) => !carries4.test(address));
    fc.assert(
      fc.property(ipv6, (address) => {
        expect(isPublicAddress(address)).toBe(!blocked6.check(address, 'ipv6'));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    '',
    'localhost',
    '0177.0.0.1',
    '8.8.8',
    '08.8.8.8',
    '134744072',
    '[2a00::1]',
    '8.8.8.8%eth0',
  ])('not if it is none: %j', (text) => expect(isPublicAddress(text)).toBe(false));

  it('not with a zone', () => {
    expect(isPublicAddress('2a00:1450::1')).toBe(true);
    expect(isPublicAddress('2a00:1450::1%eth0')).toBe(false);
  });
});
