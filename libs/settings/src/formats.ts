/**
 * Texts with a grammar that settings are made of: addresses, networks, host and domain names, mailboxes,
 * scanner addresses. Each function answers the normal form, or undefined when the text is not of that kind;
 * a normal form read again answers itself.
 */
import ipaddr from 'ipaddr.js';
import { baseNames } from './base-names.ts';

const label = /^(?!-)[\p{L}\p{N}_-]{1,63}(?<!-)$/u;

/** A host or domain name: labels of 1–63 characters, 253 in all; letters are lower-cased, a final dot is dropped. */
export function domainName(input: string): string | undefined {
  const name = input.trim().replace(/\.$/, '').toLowerCase();
  if (name.length === 0 || name.length > 253) return undefined;
  const labels = name.split('.');
  if (!labels.every((part) => label.test(part))) return undefined;
  // A name whose last label is a number would be read as an IPv4 address by resolvers.
  return /^\d+$/.test(labels.at(-1) ?? '') ? undefined : name;
}

/** A domain mail can be addressed to: at least two labels. */
export function mailDomain(input: string): string | undefined {
  const name = domainName(input);
  return name?.includes('.') ? name : undefined;
}

/**
 * An IP address; IPv4-mapped IPv6 addresses become IPv4. What does not look like one is told apart first: the library throws
 * inside of its own questions, and of a thousand names that is half of the work.
 */
export function ipAddress(input: string): string | undefined {
  const trimmed = input.trim();
  if (/^\d+(?:\.\d+){3}$/.test(trimmed)) {
    return ipaddr.IPv4.isValidFourPartDecimal(trimmed) ? ipaddr.IPv4.parse(trimmed).toString() : undefined;
  }
  if (!trimmed.includes(':') || !/^[\da-f:.]+$/i.test(trimmed) || !ipaddr.IPv6.isValid(trimmed))
    return undefined;
  return ipaddr.process(trimmed).toString();
}

/** A network in CIDR notation with the bits of the host cleared; IPv4-mapped networks become IPv4. */
export function network(input: string): string | undefined {
  const [address = '', bits = '', ...rest] = input.trim().split('/');
  const normal = ipAddress(address);
  if (normal === undefined || rest.length > 0 || !/^\d{1,3}$/.test(bits)) return undefined;
  const isMapped = address.includes(':') && !normal.includes(':');
  const prefix = Number(bits) - (isMapped ? 96 : 0);
  const isV6 = normal.includes(':');
  if (prefix < 0 || prefix > (isV6 ? 128 : 32)) return undefined;
  const first = isV6
    ? ipaddr.IPv6.networkAddressFromCIDR(`${normal}/${prefix}`)
    : ipaddr.IPv4.networkAddressFromCIDR(`${normal}/${prefix}`);
  return `${first.toString()}/${prefix}`;
}

/** A network, or one address, which is the network of itself alone. */
export function addressOrNetwork(input: string): string | undefined {
  return ipAddress(input) ?? network(input);
}

/** A local address to listen on, or the name of an interface of this machine. */
export function listenInterface(input: string): string | undefined {
  const trimmed = input.trim();
  return ipAddress(trimmed) ?? (/^[A-Za-z][\w.@:-]{0,14}$/.test(trimmed) ? trimmed : undefined);
}

/** Where a connection goes: a host name or an address. */
export function host(input: string): string | undefined {
  return ipAddress(input) ?? domainName(input);
}

/**
 * A mailbox `local@domain` or `"local part"@domain`; the local part keeps its case, the domain is lower-cased. Quotes that
 * are not needed are dropped.
 */
export function mailboxAddress(input: string): string | undefined {
  const trimmed = input.trim();
  const at = trimmed.lastIndexOf('@');
  const local = unquoted(trimmed.slice(0, at));
  const domain = domainName(trimmed.slice(at + 1));
  if (at < 1 || local === undefined || domain === undefined || Buffer.byteLength(local) > 64)
    return undefined;
  return DOT_STRING.test(local) ? `${local}@${domain}` : `"${local.replace(/["\\]/g, '\\$&')}"@${domain}`;
}

// RFC 5321 §4.1.2: Dot-string of atoms.
const DOT_STRING = /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;

/** A local part without its quotes and backslashes; undefined when it is none. */
function unquoted(local: string): string | undefined {
  // RFC 5321 §4.1.2: Quoted-string; a backslash stands before any one printable character.
  const inside = /^"((?:[^"\\\p{C}]|\\[^\p{C}])+)"$/u.exec(local)?.[1];
  if (inside !== undefined) return inside.replace(/\\(.)/gu, '$1');
  return DOT_STRING.test(local) ? local : undefined;
}

/** `host:port`, with an IPv6 host in brackets. */
export function hostPort(input: string): string | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(input.trim());
  if (match === null) return undefined;
  const name = host(match[1] ?? match[2] ?? '');
  const port = Number(match[3]);
  if (name === undefined || port < 1 || port > 65_535) return undefined;
  return name.includes(':') ? `[${name}]:${port}` : `${name}:${port}`;
}

/** Where a clamd listens: `host:port` or the absolute path of its socket. */
export function clamdAddress(input: string): string | undefined {
  const trimmed = input.trim();
  if (trimmed.length > 1 && trimmed.startsWith('/') && !trimmed.includes('\0')) return trimmed;
  return hostPort(trimmed);
}

/** RFC 3507 §4.2: `icap://host[:port]/service`. */
export function icapUrl(input: string): string | undefined {
  const match = /^icaps?:\/\/([^/\s]+)(\/[\x21-\x7e]*)$/i.exec(input.trim());
  if (match === null || hostPort(match[1] ?? '') === undefined) {
    if (match === null || host(match[1] ?? '') === undefined) return undefined;
  }
  return input.trim();
}

export function icapOrClamdAddress(input: string): string | undefined {
  return icapUrl(input) ?? clamdAddress(input);
}

/** RFC 6376 §3.1: a selector is one or more sub-domain labels. */
export function dkimSelector(input: string): string | undefined {
  const name = input.trim().toLowerCase();
  const isSelector =
    name.length <= 63 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(name);
  return isSelector ? name : undefined;
}

/** RFC 4514: distinguished names separated by `;`; spaces around `,` and `=` are dropped. */
export function baseDns(input: string): string | undefined {
  const names = baseNames(input);
  const normal: string[] = [];
  for (const name of names) {
    const parts = name.split(/(?<!\\),/).map((part) => /^\s*([A-Za-z][\w-]*)\s*=\s*(.+?)\s*$/.exec(part));
    if (parts.some((part) => part === null)) return undefined;
    normal.push(parts.map((part) => `${part?.[1]?.toLowerCase()}=${part?.[2]}`).join(','));
  }
  return normal.length === 0 || new Set(normal).size !== normal.length ? undefined : normal.join('; ');
}

/** A moment as ISO 8601 in UTC. */
export function moment(input: string): string | undefined {
  const trimmed = input.trim();
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(trimmed))
    return undefined;
  const time = Date.parse(trimmed);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** The form of one entry of a restriction list, told from its text alone. */
export type AccessEntryKind = 'address' | 'network' | 'namedNetwork' | 'domain' | 'server' | 'mailbox';

/** Reads an entry of a restriction list: its kind and its normal form. */
export function accessEntry(input: string): { kind: AccessEntryKind; value: string } | undefined {
  const trimmed = input.trim();
  const object = /^network:(.+)$/i.exec(trimmed)?.[1]?.trim();
  if (object !== undefined)
    return object.length <= 64 ? { kind: 'namedNetwork', value: `network:${object}` } : undefined;
  const address = ipAddress(trimmed);
  if (address !== undefined) return { kind: 'address', value: address };
  const cidr = network(trimmed);
  if (cidr !== undefined) return { kind: 'network', value: cidr };
  if (trimmed.startsWith('@')) {
    const server = domainName(trimmed.slice(1));
    return server === undefined ? undefined : { kind: 'server', value: `@${server}` };
  }
  if (trimmed.includes('@')) {
    const mailbox = mailboxAddress(trimmed);
    return mailbox === undefined ? undefined : { kind: 'mailbox', value: mailbox };
  }
  const domain = domainName(trimmed);
  return domain === undefined ? undefined : { kind: 'domain', value: domain };
}
