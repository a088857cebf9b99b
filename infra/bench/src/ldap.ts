// `./pochtar bench ldap`: searches as mail clients make them, answered by the LDAP service and by OpenLDAP's slapd in turn, with
// the same entries: completing an address as Thunderbird and Outlook do (ten found), and one entry by its address. Both have
// somebody logged in, over connections in clear. And with 5,000 connections that say nothing.
import { Client } from './ldap-client.ts';
import { IdleControl } from './idle-control.ts';
import type { Instance } from './instance.ts';
import { LdapLoad, type LoadOrder, type LoadResult } from './ldap-load.ts';
import { BENCH_BASE, BENCH_DOMAIN, benchPeople, benchPerson } from './ldap-people.ts';
import {
  bindRequest,
  completionAttributes,
  equal,
  outlookFilter,
  searchRequest,
  thunderbirdFilter,
} from './ldap-requests.ts';
import { measure, rssMiB } from './processes.ts';
import { openDatabaseOf } from './program-database.ts';
import { startSlapd } from './slapd.ts';
import { atShare, median } from './statistics.ts';

export interface LdapOptions {
  /** Of the book, growing. */
  sizes: readonly number[];
  rounds: number;
  milliseconds: number;
  /** Connections that say nothing. */
  idle: number;
}

export interface LdapResult {
  entries: number;
  query: string;
  connections: number;
  slapd: ServedLoad;
  pochtar: ServedLoad;
  /** Median of the ratios of two runs that followed each other. */
  ratio: number;
}

/** With what the server took of it: what says more than times where others use the machine, too. */
export interface ServedLoad extends LoadResult {
  cpuMicroseconds: number;
}

export interface IdleLdapResult {
  connections: number;
  /** Of the process, in MiB, before and with them. */
  rss: [number, number];
  /** One search every few milliseconds meanwhile. */
  p50Ms: number;
  p99Ms: number;
  worstMs: number;
  /** How late a process was at worst meanwhile that does nothing. */
  worstControlMs: number;
}

interface Target {
  /** Of the server. */
  pid: number;
  host: string;
  port: number;
  bind: string;
}

const CONNECTIONS = [1, 16];
const DIFFERENT = 2000;
const WARM_UP_MS = 300;
const SEEN_MS = 180_000;
const BATCH = 20_000;
const PROBING_MS = 5000;
const reader = { address: `reader@${BENCH_DOMAIN}`, password: 'reader-password' };
const SETTINGS = [
  `addressBook.baseDn=${BENCH_BASE}`,
  'limits.sessionsPerAddress=10000',
  'limits.sessionsTotal=10000',
];

export async function benchLdap(
  instance: Instance,
  { sizes, rounds, milliseconds, idle }: LdapOptions,
  tell: (text: string) => void,
): Promise<{ results: LdapResult[]; idle: IdleLdapResult | null }> {
  await instance.pochtar(['settings', 'set', ...SETTINGS, '--wait']);
  await instance.pochtar(['domain', 'create', BENCH_DOMAIN]);
  await instance.pochtar(['account', 'create', reader.address, '--password-stdin'], `${reader.password}\n`);
  const { host, port } = instance.endpoint('ldap');
  const pid = (await instance.processes()).find(({ name }) => name === 'ldap')?.pid as number;
  const ours = { pid, host, port, bind: base64(bindRequest(reader.address, reader.password)) };
  using load = new LdapLoad();
  const results: LdapResult[] = [];
  let filled = 0;
  for (const entries of sizes) {
    tell(`writing ${entries} entries`);
    await fill(instance, filled, entries);
    filled = entries;
    await untilSeen(ours, entries);
    await using slapd = await startSlapd(`${instance.directory}/slapd-${entries}`, entries, tell);
    const theirs = {
      pid: slapd.pid,
      host,
      port: slapd.port,
      bind: base64(bindRequest(slapd.dn, slapd.password)),
    };
    for (const { query, requests, found } of queriesOf(entries)) {
      for (const connections of CONNECTIONS) {
        tell(`${entries} entries, ${query}, ${connections} connections`);
        const order = { requests, entries: found, connections, warmUpMs: WARM_UP_MS, milliseconds };
        const pairs: Pair[] = [];
        for (let round = 0; round < rounds; round++) {
          const theirResult = await served(load, theirs, order);
          pairs.push({ slapd: theirResult, pochtar: await served(load, ours, order) });
        }
        results.push({ entries, query, connections, ...inTheMiddle(pairs) });
      }
    }
  }
  return { results, idle: idle === 0 ? null : await withIdle(ours, load, idle) };
}

interface Pair {
  slapd: ServedLoad;
  pochtar: ServedLoad;
}

async function served(
  load: LdapLoad,
  { pid, ...target }: Target,
  order: Omit<LoadOrder, keyof Target>,
): Promise<ServedLoad> {
  const cpu = (): number => measure([{ name: 'server', pid }]).get('server')?.cpuSeconds ?? Number.NaN;
  const before = cpu();
  const result = await load.run({ ...order, ...target });
  return { ...result, cpuMicroseconds: ((cpu() - before) / result.sent) * 1_000_000 };
}

function inTheMiddle(pairs: readonly Pair[]) {
  const ratio = median(pairs.map(({ slapd, pochtar }) => pochtar.perSecond / slapd.perSecond));
  const of = (server: keyof Pair): ServedLoad => {
    const one = (name: keyof ServedLoad): number => median(pairs.map((pair) => pair[server][name]));
    return {
      ...{ perSecond: one('perSecond'), p50Ms: one('p50Ms'), p99Ms: one('p99Ms') },
      ...{ worstMs: one('worstMs'), clientShare: one('clientShare'), sent: one('sent') },
      cpuMicroseconds: one('cpuMicroseconds'),
    };
  };
  return { slapd: of('slapd'), pochtar: of('pochtar'), ratio };
}

interface Query {
  query: string;
  requests: string[];
  found: number;
}

/** Different ones of each, of people all over the book. */
function queriesOf(entries: number): Query[] {
  const count = Math.min(entries, DIFFERENT);
  const people = Array.from({ length: count }, (_, index) =>
    benchPerson(Math.floor((index * entries) / count)),
  );
  const request = (filter: Buffer): string => base64(searchRequest(BENCH_BASE, filter, completionAttributes));
  const text = ({ surname }: { surname: string }): string => surname.toLowerCase();
  return [
    {
      query: 'completion of Thunderbird',
      requests: people.map((person) => request(thunderbirdFilter(text(person)))),
      found: 10,
    },
    {
      query: 'completion of Outlook',
      requests: people.map((person) => request(outlookFilter(text(person)))),
      found: 10,
    },
    {
      query: 'mail=',
      requests: people.map(({ address }) => request(equal('mail', address))),
      found: 1,
    },
  ];
}

/** Past the command line, with the rights of the settings process. */
async function fill(instance: Instance, from: number, to: number): Promise<void> {
  await using db = await openDatabaseOf(instance, 'settings');
  const people = benchPeople(to).slice(from);
  for (let at = 0; at < people.length; at += BATCH) {
    const part = people.slice(at, at + BATCH);
    await db.query({
      text: `with made as (
          insert into directory.account (domain_id, address, display_name)
          select d.id, one.address, one.name
          from unnest($2::text[], $3::text[]) one (address, name), directory.domain d where d.name = $1
          returning id, address, domain_id
        )
        insert into directory.address (address, domain_id, kind, account_id)
        select address, domain_id, 'account', id from made`,
      values: [
        BENCH_DOMAIN,
        part.map(({ address }) => address),
        part.map(({ givenName, surname }) => `${givenName} ${surname}`),
      ],
    });
  }
}

/** The book of the process has the last of them. */
async function untilSeen(ours: Target, entries: number): Promise<void> {
  const { address } = benchPerson(entries - 1);
  const request = searchRequest(BENCH_BASE, equal('mail', address), ['mail']);
  using client = await Client.open(ours.host, ours.port);
  await client.ask(Buffer.from(ours.bind, 'base64'));
  const deadline = Date.now() + SEEN_MS;
  while ((await client.ask(request)) !== 1) {
    if (Date.now() > deadline) throw new Error('the LDAP service does not see the new entries');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function withIdle(ours: Target, load: LdapLoad, count: number): Promise<IdleLdapResult> {
  const before = rssMiB(ours.pid);
  await load.hold(ours.host, ours.port, count);
  using control = new IdleControl();
  using client = await Client.open(ours.host, ours.port);
  await client.ask(Buffer.from(ours.bind, 'base64'));
  const [{ requests } = { requests: [] }] = queriesOf(1000);
  await control.worst();
  const times: number[] = [];
  for (const until = performance.now() + PROBING_MS; performance.now() < until; ) {
    const started = performance.now();
    await client.ask(Buffer.from(requests[times.length % requests.length] ?? '', 'base64'));
    times.push(performance.now() - started);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => atShare(times, share);
  const worstControlMs = await control.worst();
  const result = { p50Ms: at(0.5), p99Ms: at(0.99), worstMs: at(1), worstControlMs };
  const withThem = rssMiB(ours.pid);
  await load.hold(ours.host, ours.port, 0);
  return { connections: count, rss: [before, withThem], ...result };
}

function base64(octets: Buffer): string {
  return octets.toString('base64');
}

export function ldapTable({ results, idle }: Awaited<ReturnType<typeof benchLdap>>): string {
  const number = (value: number, digits = 0, width = 8): string => value.toFixed(digits).padStart(width);
  const head = `${'entries'.padStart(8)} ${'query'.padEnd(26)} conn.  slapd/s pochtar/s   ratio  CPU µs (slapd)  p99 ms (slapd)  client's share of a core\n`;
  const lines = results.map(({ entries, query, connections, slapd, pochtar, ratio }) => {
    const rates = `${number(slapd.perSecond)} ${number(pochtar.perSecond, 0, 9)} ${number(ratio, 2, 7)}`;
    const waits = `${number(pochtar.p99Ms, 2)} (${slapd.p99Ms.toFixed(2)})`;
    const shares = `${pochtar.clientShare.toFixed(2)} (${slapd.clientShare.toFixed(2)})`;
    const cpu = `${number(pochtar.cpuMicroseconds)} (${slapd.cpuMicroseconds.toFixed(0)})`;
    return `${number(entries)} ${query.padEnd(26)} ${number(connections, 0, 5)} ${rates} ${cpu.padEnd(15)} ${waits.padEnd(16)} ${shares}\n`;
  });
  if (idle === null) return head + lines.join('');
  const [before, after] = idle.rss;
  const waits = `p50 ${idle.p50Ms.toFixed(2)} ms, p99 ${idle.p99Ms.toFixed(2)}, worst ${idle.worstMs.toFixed(2)}`;
  const others = `a process that does nothing ${idle.worstControlMs.toFixed(0)} ms late`;
  return `${head}${lines.join('')}${idle.connections} silent connections: ${before.toFixed(0)} → ${after.toFixed(0)} MiB, a search ${waits}; ${others}\n`;
}
