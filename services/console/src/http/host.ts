// DNS rebinding: a page of somebody else's whose name has come to lead to this machine would be of our origin. Over TLS no
// certificate of ours has that name; plain HTTP on loopback has to look at the name itself.
import { networkSet } from '@pochtar/runtime';

const isLoopback = networkSet(['127.0.0.0/8', '::1']);

/** Whether a request to plain HTTP names this machine: by a loopback name or address, or by one of `names`. */
export function isOwnHost(host: string | undefined, names: readonly string[]): boolean {
  const name = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::\d{1,5})?$/i.exec(host ?? '');
  const bare = (name?.[1] ?? name?.[2])?.toLowerCase().replace(/\.$/, '');
  if (bare === undefined) return false;
  return bare === 'localhost' || bare.endsWith('.localhost') || isLoopback(bare) || names.includes(bare);
}
