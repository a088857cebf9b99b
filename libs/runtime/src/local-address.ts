// Addresses that nobody on the internet has: what connects from one is a neighbour, or something that hides where its
// clients come from.
import { networkSet } from './listener.ts';

/**
 * RFC 1122 §3.2.1.3, RFC 1918, RFC 3927, RFC 4193, RFC 4291 §2.5, RFC 6598: loopback, private networks, of the link, behind
 * a carrier's NAT; and the network of benchmarks, which tunnels like to take.
 */
export const localNetworks = {
  ipv4: [
    ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
    ...['192.0.0.0/24', '192.168.0.0/16', '198.18.0.0/15'],
  ],
  ipv6: ['::/127', 'fc00::/7', 'fe80::/10', 'fec0::/10'],
} as const;

export const isLocalAddress = networkSet([...localNetworks.ipv4, ...localNetworks.ipv6]);
