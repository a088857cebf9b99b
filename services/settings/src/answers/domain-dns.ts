// admin.domain.dns and checkDns: the records a domain needs, and what the DNS has of them.
import {
  adminDomainDns,
  type AdminReply,
  answerAdmin,
  done,
  type DomainDns,
  type DomainDnsRecord,
  refused,
} from '@pochtar/bus';
import { ipAddress } from '@pochtar/settings';
import {
  type DkimKey,
  type Domain,
  findDomain,
  listDkimKeys,
  readDomainDns,
  saveDomainDns,
  type Scope,
} from '@pochtar/store/directory';
import { readSections } from '@pochtar/store/settings';
import { notFound, readDomain } from '../addresses.ts';
import type { Context, Refusal } from '../context.ts';
import { noteFound } from '../dkim/look-for-key.ts';
import { foundOf, recordName } from '../dkim/key-record.ts';
import { checkRecord, problemsOf } from '../dns/check-domain.ts';
import { LookUp, type LookUpOptions, valuesOf } from '../dns/lookup.ts';
import { type UsedSettings, wantedRecords, zoneFile } from '../dns/wanted-records.ts';
import { storedSettings } from '../stored-settings.ts';

/** What is kept of a check; records are told anew by what the settings say now. */
interface Findings {
  source: DomainDns['source'];
  /** Those of the server then, found or given. */
  addresses: string[];
  records: DomainDnsRecord[];
}

const USED = ['general', 'network', 'smtpEncryption', 'accessEncryption', 'relay', 'dkim'];

export function answerDomainDns(context: Context, dns: LookUpOptions): { stop(): Promise<void> }[] {
  return [
    answerAdmin(context, adminDomainDns.show, async ({ name }, { scope }) => {
      const domain = await find(context, scope, name);
      return 'ok' in domain ? domain : show(context, domain);
    }),
    answerAdmin(context, adminDomainDns.check, async ({ name, addresses }, { scope }) => {
      const domain = await find(context, scope, name);
      return 'ok' in domain ? domain : check(context, domain, addresses, dns);
    }),
  ];
}

async function find({ db }: Context, scope: Scope, written: string): Promise<Domain | Refusal> {
  const name = readDomain('name', written);
  if (!name.ok) return name;
  return (await findDomain(db, scope, name.key)) ?? notFound('name', name.key);
}

async function settingsOf({ db }: Context): Promise<UsedSettings> {
  return storedSettings(new Map((await readSections(db, USED)).map((row) => [row.name, row])));
}

async function show(context: Context, { id, name }: Domain): Promise<AdminReply<DomainDns>> {
  const stored = await readDomainDns(context.db, id);
  const findings = stored === null ? null : (stored.findings as Findings);
  const addresses = findings?.addresses ?? [];
  const keys = await listDkimKeys(context.db, 'all', name);
  const wanted = wantedRecords(name, await settingsOf(context), addresses, keys);
  const records = wanted.map((one): DomainDnsRecord => {
    const { isLater, key: _, ...record } = one;
    const known = findings?.records.find(
      (other) =>
        other.purpose === record.purpose && other.name === record.name && other.value === record.value,
    );
    const state = isLater === true ? ('later' as const) : ('notChecked' as const);
    // Whether it is needed may have changed since.
    return known ? { ...known, ...record } : { ...record, state, found: [], remark: null };
  });
  return done({
    domain: name,
    checkedAt: stored?.checkedAt.toISOString() ?? null,
    source: findings?.source ?? null,
    addresses,
    isGiven: (stored?.addresses.length ?? 0) > 0,
    problems: stored?.problems ?? null,
    records,
    zoneFile: zoneFile(name, wanted),
  });
}

async function check(
  context: Context,
  domain: Domain,
  given: readonly string[] | undefined,
  dns: LookUpOptions,
): Promise<AdminReply<DomainDns>> {
  const read = readGiven(given ?? (await readDomainDns(context.db, domain.id))?.addresses ?? []);
  if (!Array.isArray(read)) return read;
  const settings = await settingsOf(context);
  const host = settings.general.heloName.toLowerCase();
  const lookUp = new LookUp(dns);
  const hasServers = await lookUp.findServers(domain.name);
  const addresses = read.length > 0 ? read : valuesOf(await lookUp.addressesOf(host)).slice(0, 8);
  const relay = settings.relay.host;
  const keys = await listDkimKeys(context.db, 'all', domain.name);
  // What is found of keys first: one that is waited for begins to sign, and its record is needed from then on.
  await Promise.all(keys.map((key) => noteKey(context, key, lookUp)));
  const known = await listDkimKeys(context.db, 'all', domain.name);
  const records = await Promise.all(
    wantedRecords(domain.name, settings, addresses, known).map((wanted) =>
      checkRecord(lookUp, wanted, { domain: domain.name, host, addresses, relay }),
    ),
  );
  const problems = problemsOf(records);
  const source = problems === null ? 'nobody' : hasServers ? 'authoritative' : 'resolver';
  const findings: Findings = { source, addresses, records };
  await saveDomainDns(context.db, domain.id, {
    checkedAt: new Date(),
    addresses: read,
    problems,
    findings,
  });
  return show(context, domain);
}

async function noteKey(context: Context, key: DkimKey, lookUp: LookUp): Promise<void> {
  const answer = await lookUp.ask('TXT', recordName(key.selector, key.domain));
  await noteFound(context, key, foundOf(answer, key));
}

function readGiven(written: readonly string[]): string[] | Refusal {
  const addresses: string[] = [];
  for (const [index, one] of written.entries()) {
    const address = ipAddress(one.trim());
    if (address === undefined) {
      return refused(
        'wrongFormat',
        `addresses.${index}`,
        `«${one.slice(0, 64)}» не IP-адрес: укажите внешний адрес сервера, например 203.0.113.5`,
        `“${one.slice(0, 64)}” is no IP address: give the public address of the server, such as 203.0.113.5`,
      );
    }
    addresses.push(address);
  }
  return [...new Set(addresses)];
}
