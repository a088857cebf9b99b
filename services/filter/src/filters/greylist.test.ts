import { expect, test } from 'vitest';
import { clientNetwork } from './greylist.ts';

test.each([
  ['192.0.2.77', '192.0.2.0/24'],
  ['::ffff:192.0.2.77', '192.0.2.0/24'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80::/64'],
  ['unknown', null],
])('the network of %s is %s', (address, network) => {
  expect(clientNetwork(address)).toBe(network);
});
