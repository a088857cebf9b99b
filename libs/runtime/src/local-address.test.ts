import { describe, expect, test } from 'vitest';
import { isLocalAddress } from './local-address.ts';

describe('nobody on the internet has', () => {
  test.each([
    ...[
      '127.0.0.1',
      '10.1.2.3',
      '172.17.0.1',
      '192.168.0.1',
      '100.64.0.1',
      '169.254.1.1',
      '198.18.0.1',
      '0.0.0.0',
    ],
    ...['::1', 'fd00:dead::1', 'fe80::1%eth0', '::ffff:10.0.0.1'],
  ])('%s', (address) => expect(isLocalAddress(address)).toBe(true));
});

describe('somebody on the internet may have', () => {
  test.each([
    ...['93.184.216.34', '172.32.0.1', '100.128.0.1', '192.0.2.1', '2001:db8::1', '::ffff:93.184.216.34'],
    ...['', 'localhost', '10.0.0.0/8'],
  ])('%s', (address) => expect(isLocalAddress(address)).toBe(false));
});
