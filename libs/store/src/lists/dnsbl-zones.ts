// How the black lists of the DNS are, shared by all replicas that ask them. The clock is the database's.
import type { Queryable } from '../db.ts';

export type ZoneState = 'unknown' | 'good' | 'failing' | 'suspended';
/** silent: no answer · refuses: the operator's error code · listsEverybody · empty: it lacks the entry every list has */
export type ZoneFault = 'silent' | 'refuses' | 'listsEverybody' | 'empty';

export interface DnsblZone {
  zone: string;
  state: ZoneState;
  fault: ZoneFault | null;
  why: string;
  /** Of the state. */
  since: Date;
  hasIpv6: boolean;
  checkedAt: Date | null;
  goodAt: Date | null;
  badSince: Date | null;
  goodChecks: number;
  badChecks: number;
  /** From the last good look before its fault to the first good one behind it; null: it had none, it lasts. */
  faultyFrom: Date | null;
  faultyUntil: Date | null;
}

const COLUMNS = `zone, state, fault, why, since, has_ipv6 as "hasIpv6", checked_at as "checkedAt", good_at as "goodAt",
  bad_since as "badSince", good_checks as "goodChecks", bad_checks as "badChecks", faulty_from as "faultyFrom",
  faulty_until as "faultyUntil"`;

export function readDnsblZones(db: Queryable, zones: readonly string[]): Promise<DnsblZone[]> {
  return db.query<DnsblZone>({
    name: 'dnsbl_zones',
    text: `select ${COLUMNS} from lists.dnsbl_zone where zone = any($1::text[])`,
    values: [zones],
  });
}

export interface DueZone extends DnsblZone {
  now: Date;
  /** Somebody was refused because of it within the last day. */
  hasListed: boolean;
}

/** Those of `zones` that are due to be looked at; whoever gets one has so many seconds for it. */
export async function claimDnsblZones(
  db: Queryable,
  zones: readonly string[],
  seconds: number,
): Promise<DueZone[]> {
  return db.query<DueZone>({
    name: 'dnsbl_claim',
    // Locked in order, so that two processes never wait for each other in a circle.
    text: `with made as (
        insert into lists.dnsbl_zone (zone, next_check_at)
          select zone, now() + make_interval(secs => $2) from unnest($1::text[]) as z(zone) order by zone
          on conflict (zone) do nothing returning *
      ), due as (
        select zone from lists.dnsbl_zone where zone = any($1::text[]) and next_check_at <= now()
        order by zone for update skip locked
      ), claimed as (
        update lists.dnsbl_zone set next_check_at = now() + make_interval(secs => $2)
        where zone in (select zone from due) returning *
      )
      select ${COLUMNS}, now(), exists (
          select from lists.dnsbl_refusal r where r.zone = c.zone and r.last_at > now() - interval '1 day') as "hasListed"
      from (select * from made union all select * from claimed) c`,
    values: [zones, seconds],
  });
}

/** What a look found, and when the next one is due. */
export async function saveDnsblZone(db: Queryable, zone: DnsblZone, nextInSeconds: number): Promise<void> {
  await db.query({
    name: 'dnsbl_save',
    text: `update lists.dnsbl_zone set state = $2, fault = $3, why = $4, since = $5, has_ipv6 = $6, checked_at = $7,
        good_at = $8, bad_since = $9, good_checks = $10, bad_checks = $11, faulty_from = $12, faulty_until = $13,
        next_check_at = now() + make_interval(secs => $14)
      where zone = $1`,
    values: [
      ...[zone.zone, zone.state, zone.fault, zone.why, zone.since, zone.hasIpv6, zone.checkedAt],
      ...[zone.goodAt, zone.badSince, zone.goodChecks, zone.badChecks, zone.faultyFrom, zone.faultyUntil],
      nextInSeconds,
    ],
  });
}

/** Is looked at next, unless it was a moment ago. */
export async function hastenDnsblCheck(db: Queryable, zone: string): Promise<void> {
  await db.query({
    name: 'dnsbl_hasten',
    text: `update lists.dnsbl_zone set next_check_at = now()
      where zone = $1 and next_check_at > now() and checked_at < now() - interval '10 seconds'`,
    values: [zone],
  });
}

/** Zones that are configured no more. */
export async function forgetDnsblZones(db: Queryable, zones: readonly string[]): Promise<void> {
  await db.query({
    name: 'dnsbl_forget',
    text: 'delete from lists.dnsbl_zone where zone <> all($1::text[])',
    values: [zones],
  });
}
