// How a zone is, from one look at its test points to the next: pure. One that fails is looked at often and suspended when it stays
// so; it comes back by itself. RFC 5782 §5: clients should look at the test entries from time to time.
import type { DnsblZone, ZoneFault } from '@pochtar/store/lists';

export type Finding = { kind: 'good'; hasIpv6: boolean } | { kind: 'fault'; fault: ZoneFault; why: string };

/** Looks in a row, over at least this time, that suspend a zone without answers. */
const SILENT_CHECKS = 3;
const SILENT_MS = 60_000;
/** A zone without the entry that every zone has refuses nobody: it may be a list of one's own, and gets a day. */
const EMPTY_MS = 24 * 3_600_000;
/** Looks in a row that bring it back. */
const GOOD_CHECKS = 2;

const SECONDS_UNTIL_NEXT = { unknown: 15, good: 300, failing: 15, suspended: 60 } as const;
const SECONDS_WHILE_EMPTY = 300;

export interface Seen {
  now: Date;
  /** Somebody was refused because of it within a day: it is not empty. */
  hasListed: boolean;
}

export function nextHealth(known: DnsblZone, finding: Finding, seen: Seen): DnsblZone {
  return finding.kind === 'good'
    ? afterGood(known, finding.hasIpv6, seen.now)
    : afterFault(known, finding, seen);
}

export function secondsUntilNext({ state, fault }: Pick<DnsblZone, 'state' | 'fault'>): number {
  return state === 'failing' && fault === 'empty' ? SECONDS_WHILE_EMPTY : SECONDS_UNTIL_NEXT[state];
}

function afterGood(known: DnsblZone, hasIpv6: boolean, now: Date): DnsblZone {
  const goodChecks = known.goodChecks + 1;
  const seen = { ...known, checkedAt: now, goodChecks, badChecks: 0, hasIpv6 };
  // One answer of a zone that was away is not trusted yet.
  if (known.state === 'suspended' && goodChecks < GOOD_CHECKS) return seen;
  return {
    ...seen,
    ...{ state: 'good', fault: null, why: '', goodAt: now, badSince: null },
    since: known.state === 'good' ? known.since : now,
    faultyUntil: known.faultyFrom !== null && known.faultyUntil === null ? now : known.faultyUntil,
  };
}

function afterFault(
  known: DnsblZone,
  { fault, why }: Extract<Finding, { kind: 'fault' }>,
  { now, hasListed }: Seen,
): DnsblZone {
  const isNew = known.badSince === null;
  const badSince = known.badSince ?? now;
  const badChecks = known.badChecks + 1;
  const lastsMs = now.getTime() - badSince.getTime();
  const isDead =
    fault === 'listsEverybody' ||
    (fault === 'empty'
      ? lastsMs >= EMPTY_MS && !hasListed
      : badChecks >= SILENT_CHECKS && lastsMs >= SILENT_MS);
  const state = known.state === 'suspended' || isDead ? 'suspended' : 'failing';
  return {
    ...known,
    ...{ state, fault, why, checkedAt: now, goodChecks: 0, badChecks, badSince },
    since: state === known.state ? known.since : now,
    ...(isNew && { faultyFrom: known.goodAt ?? now, faultyUntil: null }),
  };
}
