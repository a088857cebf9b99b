// A list of networks in the settings as a membership test, made anew when the document is another one.
import { networkSet } from '@pochtar/runtime';

export function followedNetworks(list: () => readonly string[]): (address: string) => boolean {
  let made: { list: readonly string[]; has: (address: string) => boolean } | null = null;
  return (address) => {
    const now = list();
    if (made?.list !== now) made = { list: now, has: networkSet(now) };
    return made.has(address);
  };
}
