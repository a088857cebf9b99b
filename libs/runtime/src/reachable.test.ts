import { describe, expect, test } from 'vitest';
import { networks, unfit } from './reachable.ts';

const none = networks([]);
const own = new Set(['192.0.2.5', '2001:db8::5']);

describe('RFC 6890: mail to another domain does not go to', () => {
  test.each([
    ...['127.0.0.1', '127.255.0.9', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.1', '192.168.1.1'],
    ...['169.254.169.254', '100.64.0.1', '198.18.0.1', '224.0.0.1', '255.255.255.255'],
    ...['::1', '::', 'fe80::1', 'fd00::1', 'ff02::1'],
    // The same in other dress.
    ...[
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      '::ffff:10.0.0.1',
      '::127.0.0.1',
      '64:ff9b::7f00:1',
      '64:ff9b::10.0.0.1',
    ],
    ...['2002:7f00:1::', '2002:a00:1::1', '0:0:0:0:0:ffff:c0a8:101'],
    'no address',
  ])('%s', (address) => expect(unfit(address, none, own)).toBe('private'));

  test.each(['192.0.2.5', '2001:db8::5'])('%s, which is our own', (address) =>
    expect(unfit(address, none, own)).toBe('own'),
  );

  test.each([
    ...['192.0.2.7', '8.8.8.8', '172.32.0.1', '100.128.0.1', '2001:db8::7', '2a00:1450::1'],
    ...['64:ff9b::808:808', '2002:808:808::1', '::ffff:8.8.8.8'],
  ])('but does go to %s', (address) => expect(unfit(address, none, own)).toBeNull());
});

describe('networks that the configuration names', () => {
  test('are reachable, and no others', () => {
    const allowed = networks(['10.1.0.0/16', 'fd00:1::/32', '127.0.0.1']);
    for (const address of ['10.1.2.3', 'fd00:1::9', '127.0.0.1'])
      expect(unfit(address, allowed, own)).toBeNull();
    for (const address of ['10.2.0.1', 'fd00:2::9', '127.0.0.2'])
      expect(unfit(address, allowed, own)).toBe('private');
  });

  test.each(['10.0.0', 'x', '10.0.0.0/a', '10.0.0.0/33', ''])('"%s" is none', (text) =>
    expect(() => networks([text])).toThrow(RangeError),
  );
});
