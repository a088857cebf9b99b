import { expect, test } from 'vitest';
import { reversePointer } from './reverse-pointer.ts';

const zeros = (count: number): string => '0.'.repeat(count);

test.each([
  ['192.0.2.1', '1.2.0.192.in-addr.arpa'],
  ['::1', `1.${zeros(31)}ip6.arpa`],
  ['2001:DB8::567:89ab', `b.a.9.8.7.6.5.0.${zeros(16)}8.b.d.0.1.0.0.2.ip6.arpa`],
  ['2001:db8:0:0:0:0:567:89ab', `b.a.9.8.7.6.5.0.${zeros(16)}8.b.d.0.1.0.0.2.ip6.arpa`],
  ['fe80::1%eth0', `1.${zeros(28)}8.e.f.ip6.arpa`],
  ['1:2:3:4:5:6:7:8', '8.0.0.0.7.0.0.0.6.0.0.0.5.0.0.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.ip6.arpa'],
])('RFC 1035 §3.5, RFC 3596 §2.5: the name of %s lies at %s', (address, name) => {
  expect(reversePointer(address)).toBe(name);
});
