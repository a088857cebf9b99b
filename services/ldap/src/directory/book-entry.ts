// Who and what the book knows: people and groups as they are kept in memory. What can be made from these few fields is made
// when it is asked for, because there are a hundred thousand of them.
import { addressOfKey } from '@pochtar/mail';
import { fold } from '../schema/fold.ts';

export interface Person {
  readonly kind: 'person';
  readonly address: string;
  readonly domain: string;
  readonly displayName: string;
  /** Other addresses that lead to this person alone. */
  readonly aliases: readonly string[];
  /** A session ends when its person has come to another one. */
  readonly epoch: number;
  /** The display name, or what stands for it, as it is compared. */
  readonly foldedName: string;
}

export interface Group {
  readonly kind: 'group';
  readonly address: string;
  readonly domain: string;
  readonly displayName: string;
  /** Address keys, of this server or not. */
  readonly members: readonly string[];
  readonly foldedName: string;
}

export type BookEntry = Person | Group;

export interface PersonRow {
  address: string;
  displayName: string;
  domain: string;
  epoch: number;
  aliases: readonly string[];
}

export interface GroupRow {
  address: string;
  name: string;
  domain: string;
  members: readonly string[];
}

const NONE: readonly string[] = [];
/** Each domain is kept once, and not once for each of its people. */
const domains = new Map<string, string>();

export function person({ address, displayName, domain, epoch, aliases }: PersonRow): Person {
  const foldedName = foldedNameOf(displayName, address);
  const others = aliases.length === 0 ? NONE : aliases;
  return { kind: 'person', address, domain: kept(domain), displayName, aliases: others, epoch, foldedName };
}

export function group({ address, name, domain, members }: GroupRow): Group {
  return {
    ...{ kind: 'group', address, domain: kept(domain), displayName: name, members },
    foldedName: foldedNameOf(name, address),
  };
}

function kept(domain: string): string {
  const known = domains.get(domain);
  if (known === undefined) domains.set(domain, domain);
  return known ?? domain;
}

function foldedNameOf(name: string, address: string): string {
  const folded = fold(name === '' ? localPart(address) : name);
  // The same text is kept once.
  return folded === name ? name : folded;
}

export function localPart(address: string): string {
  return addressOfKey(address).localPart;
}

/** What the entry is called: a mailbox without a name is called by its own. */
export function commonName({ displayName, address }: BookEntry): string {
  return displayName === '' ? localPart(address) : displayName;
}

/** The last word of a name, as most of Europe writes it; a name with a comma has the surname in front. */
export function surname(name: string): string {
  const comma = name.indexOf(',');
  if (comma > 0) return name.slice(0, comma).trim();
  return name.slice(name.lastIndexOf(' ') + 1);
}

/** What stands in front of the surname; '' when there is nothing. */
export function givenName(name: string): string {
  const comma = name.indexOf(',');
  if (comma > 0) return name.slice(comma + 1).trim();
  return name.slice(0, Math.max(0, name.lastIndexOf(' '))).trim();
}
