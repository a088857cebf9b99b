// In which order the addresses of several hosts are tried: the first ones of every host, in the order of the hosts,
// then what is left, in turns. So a host with many addresses where nobody answers does not keep the next host from
// being tried. RFC 5321 §5.1.
import type { AddressList, RouteFailure } from './mx.ts';

export interface Place {
  host: string;
  address: string;
}

/** Of one host, before the next host is tried. */
const FIRST = 2;

/** Looks hosts up when their turn comes; a host that cannot be looked up gives its failure. */
export async function* placesOf(
  hosts: readonly string[],
  addressesOf: (host: string) => Promise<AddressList>,
): AsyncGenerator<Place | RouteFailure> {
  const left: Place[][] = [];
  for (const host of hosts) {
    const listed = await addressesOf(host);
    if (listed.kind === 'none') continue;
    if (listed.kind !== 'addresses') {
      yield listed;
      continue;
    }
    const places = listed.addresses.map((address) => ({ host, address }));
    yield* places.splice(0, FIRST);
    left.push(places);
  }
  for (let turn = 0; left.some((places) => places.length > turn); turn++) {
    for (const places of left) {
      const place = places[turn];
      if (place !== undefined) yield place;
    }
  }
}
