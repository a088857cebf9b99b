// admin.dnsbl.*: how the black lists of the DNS are, whom they refused, and sparing those whom a faulty one refused.
import {
  adminDnsbl,
  answerAdmin,
  check,
  type CheckRequest,
  done,
  type DnsblRefusalInfo,
  type DnsblZoneInfo,
} from '@pochtar/bus';
import { AccessMatcher } from '@pochtar/service';
import type { DnsblSettings } from '@pochtar/settings';
import {
  addEntries,
  countDnsblRefusals,
  type DnsblZone,
  KEPT_REFUSAL_DAYS,
  listDnsblRefusals,
  type NewEntry,
  readAccessChanges,
  readDnsblZones,
  type RefusalRange,
  type RefusedClient,
  refusingZones,
  removeEntries,
} from '@pochtar/store/lists';
import { readSections } from '@pochtar/store/settings';
import type { Context } from '../context.ts';
import { faultText } from '../dnsbl-remarks.ts';
import { storedSettings } from '../stored-settings.ts';

/** Addresses of one pardon. */
const MOST = 2000;
const ASKED_AT_ONCE = 100;
/** For asking whether other lists have them, all together; whoever asks has 15 s. */
const ASKING_MS = 8000;
const DAY_MS = 86_400_000;

export function answerDnsbl(context: Context): { stop(): Promise<void> }[] {
  const { db } = context;
  return [
    answerAdmin(context, adminDnsbl.status, async () => done({ zones: await dnsblZones(context) })),
    answerAdmin(context, adminDnsbl.refusals, async ({ zone, since, after, limit }) => {
      const range = await rangeOf(context, zone, since);
      const refusals = await listDnsblRefusals(db, range, { after, limit });
      const next = refusals.length < limit ? null : after + refusals.length;
      return done({ refusals: refusals.map(infoOf), next });
    }),
    answerAdmin(context, adminDnsbl.pardon, async ({ zone, since }, { author }) => {
      const range = await rangeOf(context, zone, since);
      return done(await pardon(context, range, author));
    }),
  ];
}

/** Those that are configured, in their order, then those that refused somebody before. */
export async function dnsblZones({ db }: Pick<Context, 'db'>): Promise<DnsblZoneInfo[]> {
  const rows = await readSections(db, ['dnsbl']);
  const { dnsbl } = storedSettings(new Map(rows.map((row) => [row.name, row])));
  const names = [...new Set([...dnsbl.zones, ...(await refusingZones(db))])];
  const known = new Map((await readDnsblZones(db, names)).map((row) => [row.zone, row]));
  const infos: DnsblZoneInfo[] = [];
  for (const zone of names) {
    const row = known.get(zone) ?? null;
    const counts = await countDnsblRefusals(db, faultyRange(zone, row));
    infos.push({ ...zoneInfo(zone, row, dnsbl), ...counts });
  }
  return infos;
}

function zoneInfo(
  zone: string,
  row: DnsblZone | null,
  { zones, onNoAnswer }: DnsblSettings,
): Omit<DnsblZoneInfo, 'refused' | 'shut'> {
  const isConfigured = zones.includes(zone);
  const { state = 'unknown', fault = null } = row ?? {};
  const isSilent = fault === 'silent' || fault === 'refuses';
  return {
    ...{ zone, isConfigured, state, fault, hasIpv6: row?.hasIpv6 ?? false },
    reason: fault === null ? null : { ...faultText(fault) },
    since: row?.since.toISOString() ?? null,
    checkedAt: row?.checkedAt?.toISOString() ?? null,
    refusesAll: isConfigured && onNoAnswer === 'reject' && isSilent && state !== 'good',
    faultyFrom: row?.faultyFrom?.toISOString() ?? null,
    faultyUntil: row?.faultyUntil?.toISOString() ?? null,
  };
}

function faultyRange(zone: string, row: DnsblZone | null): RefusalRange {
  return { zone, since: row?.faultyFrom ?? null, until: row?.faultyUntil ?? null };
}

async function rangeOf({ db }: Context, zone: string, since: string | undefined): Promise<RefusalRange> {
  if (since !== undefined) return { zone, since: new Date(since), until: null };
  const [row] = await readDnsblZones(db, [zone]);
  return faultyRange(zone, row ?? null);
}

/**
 * Only who would be refused for nothing else: a list that is well, or our own black list, goes on deciding. The entries spare
 * the checks and open no relaying: whom a black list names is nobody to send for.
 */
async function pardon(context: Context, range: RefusalRange, author: string) {
  const { db } = context;
  const found = await listDnsblRefusals(db, range, { after: 0, limit: MOST + 1, onlyShut: true });
  const matcher = await AccessMatcher.of(await readAccessChanges(db, null));
  const now = Date.now();
  const ours = found.slice(0, MOST).map(({ address }) => ({
    address,
    list: matcher.address(address, now)?.list ?? null,
  }));
  const candidates = ours.filter(({ list }) => list === null).map(({ address }) => address);
  const listed = await listedElsewhere(context, candidates);
  const spared = candidates.filter((address) => !listed.has(address));
  const entries = spared.map(
    (value): NewEntry => ({
      ...{ kind: 'address', value, comment: `DNSBL: ${range.zone}`, opensRelay: false },
      expiresAt: new Date(now + KEPT_REFUSAL_DAYS * DAY_MS),
    }),
  );
  const added = entries.length === 0 ? 0 : await addSpared(context, entries, author);
  return {
    ...{ added, listedElsewhere: listed.size, isMore: found.length > MOST },
    black: ours.filter(({ list }) => list === 'black').length,
    white: ours.filter(({ list }) => list === 'white').length,
  };
}

async function addSpared({ db, announce }: Context, entries: readonly NewEntry[], author: string) {
  // An entry that has ended stands in the way of a new one.
  const ended = await removeEntries(
    db,
    'white',
    entries.map(({ value }) => value),
  );
  const saved = await addEntries(db, 'white', entries, author);
  announce.lists(saved.outcome === 'added' ? (saved.revision ?? ended.revision) : ended.revision);
  return saved.outcome === 'added' ? saved.added.size : 0;
}

/** Those that a list names that is well; who cannot be asked for in time is not held against anybody. */
async function listedElsewhere({ bus, log }: Context, addresses: readonly string[]): Promise<Set<string>> {
  const listed = new Set<string>();
  const left = [...addresses];
  const deadline = Date.now() + ASKING_MS;
  const ask = async (): Promise<void> => {
    for (let address = left.pop(); address !== undefined; address = left.pop()) {
      const timeoutMs = deadline - Date.now();
      if (timeoutMs <= 0) return;
      const request: CheckRequest = { clientAddress: address, helo: '', reversePath: '', recipient: null };
      const reply = await bus.ask(check('dnsbl'), request, timeoutMs).catch((error: unknown) => {
        log.debug({ reason: String(error) }, 'whether an address is listed elsewhere is not known');
        return null;
      });
      if (reply?.result === 'reject') listed.add(address);
    }
  };
  await Promise.all(Array.from({ length: Math.min(ASKED_AT_ONCE, left.length) }, ask));
  return listed;
}

function infoOf({ firstAt, lastAt, reversePath, ...known }: RefusedClient): DnsblRefusalInfo {
  return {
    ...known,
    sender: reversePath,
    firstAt: firstAt.toISOString(),
    lastAt: lastAt.toISOString(),
  };
}
