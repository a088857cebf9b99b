// Where the recipients of a mail go: aliases and groups are followed, loop-safe, to accounts and remote addresses.
//
// Pure over what the directory says of the names met so far; it asks for the names it lacks, a round at a time.
// RFC 3461 §5.2.7: an alias with one target passes the sender's wishes on; a list that more people stand behind
// answers NOTIFY=SUCCESS itself ("expanded") and its members are not asked to.
import { domainOfKey } from '@pochtar/mail';
import type { QueuedRecipient, RoutedRecipient } from '@pochtar/store/queue';
import type { Resolved } from '@pochtar/store/directory';

/** How deep aliases may lead to aliases. */
export const MAX_DEPTH = 10;
/** Addresses that one recipient may lead to. */
export const MAX_TARGETS = 5000;

export type Wishes = Pick<QueuedRecipient, 'address' | 'originalRecipient' | 'notify'>;

/** A recipient, or what one led to, that goes nowhere. */
export interface Unroutable extends Wishes {
  /** The recipient whose alias led here; null when it is the recipient itself. */
  expandedFrom: string | null;
  status: string;
  reason: string;
}

export interface RoutePlan {
  routed: RoutedRecipient[];
  /** Recipients that others take the place of. */
  expanded: { recipient: Wishes; targets: string[]; isList: boolean }[];
  unroutable: Unroutable[];
}

export interface RouteOptions {
  /** Where mail for a domain of others goes. */
  destinationOf: (domain: string) => string;
  /** The sender is told of delays of a recipient with this NOTIFY. */
  wantsDelay: (notify: string | null) => boolean;
}

const noSuchAddress = (address: string): Pick<Unroutable, 'status' | 'reason'> => ({
  // RFC 3463 §3.2: bad destination mailbox address.
  status: '5.1.1',
  reason: `there is no mailbox ${address} here`,
});

interface Walk {
  /** Addresses where mail can go, or that are unknown, in the order they were met. */
  ends: string[];
  missing: string[];
  fault: Pick<Unroutable, 'status' | 'reason'> | null;
}

/** A plan for all recipients, or the names that the directory must be asked about first. */
export function route(
  recipients: readonly Wishes[],
  names: ReadonlyMap<string, Resolved>,
  options: RouteOptions,
): { missing: string[] } | RoutePlan {
  const walks = recipients.map((recipient) => follow(recipient.address, names));
  const missing = new Set(walks.flatMap((walk) => walk.missing));
  if (missing.size > 0) return { missing: [...missing] };
  const plan: RoutePlan = { routed: [], expanded: [], unroutable: [] };
  // A recipient that is named itself keeps its own wishes, however many lists lead to it too.
  const taken = new Set(recipients.map(({ address }) => address));
  for (const [index, recipient] of recipients.entries()) {
    placeRecipient(recipient, walks[index] as Walk, { names, options, plan, taken });
  }
  return plan;
}

interface Placing {
  names: ReadonlyMap<string, Resolved>;
  options: RouteOptions;
  plan: RoutePlan;
  taken: Set<string>;
}

function placeRecipient(recipient: Wishes, walk: Walk, placing: Placing): void {
  const { names, plan, taken } = placing;
  if (walk.fault !== null) {
    plan.unroutable.push({ ...wishesOf(recipient), expandedFrom: null, ...walk.fault });
    return;
  }
  if (walk.ends[0] === recipient.address) {
    placeEnd(wishesOf(recipient), null, placing);
    return;
  }
  const isList = walk.ends.length > 1 || names.get(recipient.address)?.kind === 'group';
  plan.expanded.push({ recipient: wishesOf(recipient), targets: walk.ends, isList });
  for (const address of walk.ends) {
    if (taken.has(address)) continue;
    taken.add(address);
    placeEnd({ address, ...inheritedWishes(recipient, isList) }, recipient.address, placing);
  }
}

function placeEnd(wishes: Wishes, expandedFrom: string | null, { names, options, plan }: Placing): void {
  const { address } = wishes;
  const name = names.get(address) as Resolved;
  if (name.kind === 'unknown') {
    plan.unroutable.push({ ...wishes, expandedFrom, ...noSuchAddress(address) });
    return;
  }
  const isLocal = name.kind === 'account';
  plan.routed.push({
    ...wishes,
    route: isLocal ? 'local' : 'remote',
    accountId: isLocal ? name.accountId : null,
    destination: isLocal ? null : options.destinationOf(domainOfKey(address)),
    expandedFrom,
    isDelayNotified: !options.wantsDelay(wishes.notify),
  });
}

/** Follows one recipient to its ends. Every alias is opened once, so rings end; the bounds end what is too large. */
function follow(start: string, names: ReadonlyMap<string, Resolved>): Walk {
  const walk: Walk = { ends: [], missing: [], fault: null };
  const seen = new Set([start]);
  let level = [start];
  let isRing = false;
  for (let depth = 0; level.length > 0; depth++) {
    // RFC 3463 §3.5: routing loop detected.
    if (depth > MAX_DEPTH)
      return faulty(walk, '5.4.6', `aliases of ${start} lead over more than ${MAX_DEPTH} steps`);
    const next: string[] = [];
    for (const address of level) {
      const name = names.get(address);
      if (name === undefined) walk.missing.push(address);
      else if (name.kind !== 'alias' && name.kind !== 'group') walk.ends.push(address);
      else {
        for (const target of name.targets) {
          if (seen.has(target)) isRing = true;
          else next.push(target);
          seen.add(target);
        }
      }
    }
    // RFC 3463 §3.6: too many recipients.
    if (seen.size > MAX_TARGETS)
      return faulty(walk, '5.5.3', `${start} leads to more than ${MAX_TARGETS} addresses`);
    level = next;
  }
  if (walk.ends.length > 0 || walk.missing.length > 0) return walk;
  if (isRing) return faulty(walk, '5.4.6', `aliases of ${start} lead in a ring`);
  return faulty(walk, '5.1.1', `nobody stands behind ${start}`);
}

function faulty(walk: Walk, status: string, reason: string): Walk {
  return { ...walk, ends: [], missing: [], fault: { status, reason } };
}

function wishesOf({ address, originalRecipient, notify }: Wishes): Wishes {
  return { address, originalRecipient, notify };
}

// RFC 3461 §5.2.7.1: one target takes NOTIFY and ORCPT over. §5.2.7.3: the members of a list are not asked for
// success; who wanted to hear of nothing else hears nothing.
function inheritedWishes(recipient: Wishes, isList: boolean): Omit<Wishes, 'address'> {
  const { originalRecipient, notify } = recipient;
  if (!isList || notify === null || !notify.includes('SUCCESS')) return { originalRecipient, notify };
  const others = notify.split(',').filter((word) => word !== 'SUCCESS');
  return { originalRecipient, notify: others.length === 0 ? 'NEVER' : others.join(',') };
}
