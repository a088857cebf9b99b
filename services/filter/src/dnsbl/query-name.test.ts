import { expect, test } from 'vitest';
import { neverListedName, reversedName } from './query-name.ts';

test('RFC 5782 §2.1: IPv4 is looked up by its octets in reverse order', () => {
  expect(reversedName('192.0.2.99')).toBe('99.2.0.192');
  expect(reversedName('::ffff:192.0.2.99')).toBe('99.2.0.192');
});

test('RFC 5782 §2.4: IPv6 is looked up by its nibbles in reverse order', () => {
  expect(reversedName('2001:db8:1:2:3:4:567:89ab')).toBe(
    'b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2',
  );
});

test.each([
  '127.0.0.1',
  '10.1.2.3',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.1.1',
  '100.64.0.1',
  '0.0.0.0',
  '::1',
  '::ffff:10.0.0.1',
  'fe80::1%eth0',
  'fd00::1',
  'ff02::1',
  '::',
  '',
  'unknown',
  '192.0.2',
  '1',
  '192.0.2.1.zone.test',
])('%s is never looked up', (address) => {
  expect(reversedName(address)).toBeNull();
});

test('RFC 5782 §5: the addresses that no zone may list', () => {
  expect(neverListedName('192.0.2.1')).toBe('1.0.0.127');
  expect(neverListedName('2001:db8::1')).toBe(
    '1.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0',
  );
});
