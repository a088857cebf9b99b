// `./pochtar bench console`: how long the routes of the console's API take in a large installation, and what memory the
// process has. The routes are those that the API itself describes: each GET with one example of what it needs, the lists
// with their filters and their last pages too, and each that changes something (console-changes.ts).
import {
  bannedAddress,
  CHANGES,
  pathOf,
  type Round,
  SLOW_ON_PURPOSE,
  WITHOUT_FIGURE,
} from './console-changes.ts';
import { ConsoleClient, type Described } from './console-client.ts';
import { seedBans } from './console-seed.ts';
import type { Instance } from './instance.ts';
import { measure as usageOf, type Root, rssMiB } from './processes.ts';
import { atShare } from './statistics.ts';

export interface ConsoleOptions {
  /** Requests of each route. */
  requests: number;
  /** Lines whose route it finds. */
  only: RegExp;
}

export interface RouteResult {
  /** `GET /queue?state=held` */
  route: string;
  bytes: number;
  p50: number;
  p95: number;
  p99: number;
  /** Of all own processes, Postgres and NATS together: says more than the times where others use the machine too. */
  cpuMs: number;
}

export interface ConsoleResult {
  /** Of the process, in MiB: after its start, after the first answers, and after all of them and a rest. */
  rss: { started: number; answered: number; rested: number };
  routes: RouteResult[];
}

const REST_MS = 15_000;
/** Of changes, which leave traces behind; and before them rounds without a figure, as of a process that has begun its day. */
const MAX_ROUNDS = 40;
const WARM_ROUNDS = 2;
/** How many mails an act is of. */
const MAILS_OF_AN_ACT = 5;
const DOMAIN = 'd2.bench.test';

/** What routes with a place in their path are asked for; `mail` and `trace` are found first. */
const PLACES: Readonly<Record<string, string>> = {
  section: 'sending',
  revision: '1',
  name: DOMAIN,
  address: `user1@${DOMAIN}`,
  list: 'black',
};

/** Filters, searches and later pages, besides the first page of everything. */
const VARIANTS: Readonly<Record<string, readonly string[]>> = {
  '/accounts': [
    `after=user9990@d41.bench.test`,
    'search=number%20777',
    'search=user99',
    `domain=${DOMAIN}`,
    `after=user5@${DOMAIN}`,
    'limit=200',
  ],
  '/aliases': ['search=alias77', `domain=${DOMAIN}`],
  '/groups': ['search=group77', `domain=${DOMAIN}`],
  '/queue': [
    ...[
      'state=held',
      'state=parked',
      'state=scheduled',
      'sender=user77@',
      'sender=nobody',
      'recipient=someone777',
    ],
    ...['recipient=nobody', 'destination=far77.test', 'destination=nowhere.test', 'reason=try%20again'],
    ...['reason=never%20said', 'olderThanMinutes=1440', 'heldBy=person', 'limit=100', 'limit=200'],
    ...[
      'sender=user&recipient=someone777',
      'destination=far77.test&sender=user',
      'state=held&recipient=someone7',
    ],
  ],
  '/queue/matching': ['state=held', 'destination=far77.test'],
  '/trace': [
    'recipient=user77@',
    'sender=sender77@',
    'recipient=nobody',
    'outcome=bounced',
    'address=far.test',
    'sender=nobody&recipient=user77@',
    'limit=100',
  ],
  '/lists/{list}': ['search=far77', 'kind=network', 'search=nothing', 'limit=200'],
  '/audit': ['author=console:admin3', 'action=settings', 'object=user777', 'object=nobody', 'limit=200'],
};

/**
 * Without an end, of an external contact, of which the bench has none, one's own of somebody who has a mailbox, of a black list of the DNS, of which the bench asks none, or of a
 * mail with a body, of which it has rows only.
 */
const LEFT_OUT = new Set([
  ...['/events', '/me', '/me/client', '/dnsbl/{zone}/refusals'],
  ...['/domains/{name}/contacts/{address}', '/domains/{name}/contacts/{address}/photo'],
  // They want a format, and take what the lists take.
  ...['/contacts/file', '/accounts/file'],
  ...['/quarantine/{mail}', '/quarantine/{mail}/text', '/quarantine/{mail}/content'],
]);

/** Of an installation that is as large as it shall be. */
export async function benchConsole(
  instance: Instance,
  { requests, only }: ConsoleOptions,
  progress: (text: string) => void,
): Promise<ConsoleResult> {
  const pid = (await instance.processes()).find(({ name }) => name === 'console')?.pid as number;
  const started = rssMiB(pid);
  const client = await ConsoleClient.logIn(instance);
  const described = await client.json<Described>('/openapi.json');
  const paths = (await pathsOf(client, described)).filter((path) => only.test(`GET ${path}`));
  const roots = await instance.roots();
  const answered = rssMiB(pid);
  const routes: RouteResult[] = [];
  for (const path of paths) {
    progress(`GET ${path}`);
    routes.push(await measure(client, roots, path, requests));
  }
  const changes = changesOf(described, only);
  if (changes.size > 0) {
    progress('what changes something');
    const rounds = WARM_ROUNDS + Math.min(MAX_ROUNDS, requests);
    const first = Math.floor(Date.now() / 1000);
    await seedBans(
      instance,
      Array.from({ length: rounds }, (_, n) => bannedAddress(first + n)),
    );
    const all = await measureChanges(client, roots, { first, rounds });
    routes.push(...all.filter(({ route }) => changes.has(route)));
  }
  client.close();
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
  return { rss: { started, answered, rested: rssMiB(pid) }, routes };
}

/** Routes that change something and that `only` finds. Throws for one of which nobody has said what to ask. */
function changesOf({ paths }: Described, only: RegExp): Set<string> {
  const routes = Object.entries(paths)
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
    .map((route) => route.replace('/api/v1', ''))
    .filter((route) => /^(?:POST|PUT|PATCH|DELETE) /.test(route) && !WITHOUT_FIGURE.has(route));
  const unknown = routes.filter((route) => !(route in CHANGES));
  if (unknown.length > 0) throw new Error(`say in console-changes.ts what to ask of ${unknown.join(', ')}`);
  return new Set(routes.filter((route) => only.test(route)));
}

/** Whole rounds, one after the other, since each step goes on from the one before; each route has a line. */
async function measureChanges(
  client: ConsoleClient,
  roots: Root[],
  { first, rounds }: { first: number; rounds: number },
): Promise<RouteResult[]> {
  const lines = new Map<string, { times: number[]; body: string; cpuMs: number }>();
  for (let n = first; n < first + rounds; n++) {
    const round = await roundOf(client, n);
    for (const [route, step] of Object.entries(CHANGES)) {
      const asked = step(round);
      const method = route.slice(0, route.indexOf(' '));
      const before = cpuSeconds(roots);
      const began = performance.now();
      const answer = await client.change(method, pathOf(route, asked), asked.body);
      const tookMs = performance.now() - began;
      const cpuMs = (cpuSeconds(roots) - before) * 1000;
      const body = bodyOf(route, answer);
      round.made.set(route, idOf(body));
      if (n < first + WARM_ROUNDS) continue;
      const line = lines.get(route) ?? { times: [], body, cpuMs: 0 };
      line.times.push(tookMs);
      line.cpuMs += cpuMs;
      lines.set(route, line);
    }
  }
  return [...lines].map(([route, { times, body, cpuMs }]) => ({
    ...{ route, bytes: Buffer.byteLength(body), ...sharesOf(times), cpuMs: cpuMs / times.length },
  }));
}

/** The body. A line that measures a complaint says nothing, so one ends the bench. */
function bodyOf(route: string, { status, body }: { status: number; body: string }): string {
  if (status !== 200 && status !== 201) throw new Error(`${route}: ${status} ${body.slice(0, 500)}`);
  if (/"skipped":\["/.test(body)) throw new Error(`${route} was not done: ${body.slice(0, 500)}`);
  return body;
}

async function roundOf(client: ConsoleClient, n: number): Promise<Round> {
  const { mails } = await client.json<{ mails: { mail: string }[] }>(
    `/queue?state=scheduled&limit=${MAILS_OF_AN_ACT}`,
  );
  const { sections } = await client.json<{ sections: { name: string; revision: number }[] }>('/settings');
  const { pem } = await client.json<{ pem: string }>('/certificates/authority');
  return {
    ...{ n, mails: mails.map(({ mail }) => mail), made: new Map() },
    revision: sections.find(({ name }) => name === 'sending')?.revision ?? 1,
    yaml: (await client.get('/settings/export')).body,
    authority: Buffer.from(pem).toString('base64'),
  };
}

/** Of what was made. */
function idOf(body: string): string {
  try {
    const made = JSON.parse(body) as Record<string, { id?: string | number } | undefined>;
    return String(made.certificate?.id ?? made.token?.id ?? '');
  } catch {
    return '';
  }
}

function sharesOf(times: number[]): { p50: number; p95: number; p99: number } {
  times.sort((a, b) => a - b);
  return { p50: atShare(times, 0.5), p95: atShare(times, 0.95), p99: atShare(times, 0.99) };
}

async function measure(
  client: ConsoleClient,
  roots: Root[],
  path: string,
  requests: number,
): Promise<RouteResult> {
  const route = `GET ${path}`;
  const body = bodyOf(route, await client.get(path));
  const times: number[] = [];
  const before = cpuSeconds(roots);
  for (let index = 0; index < requests; index++) {
    const began = performance.now();
    bodyOf(route, await client.get(path));
    times.push(performance.now() - began);
  }
  const cpuMs = ((cpuSeconds(roots) - before) / requests) * 1000;
  return { route, bytes: Buffer.byteLength(body), ...sharesOf(times), cpuMs };
}

function cpuSeconds(roots: Root[]): number {
  return [...usageOf(roots).values()].reduce((sum, one) => sum + one.cpuSeconds, 0);
}

/** Of every GET that the API describes. Throws for one that needs something nobody has said. */
async function pathsOf(client: ConsoleClient, { paths }: Described): Promise<string[]> {
  const deep = await deepPages(client);
  const { mails } = await client.json<{ mails: { mail: string }[] }>('/queue?limit=1');
  const { deliveries } = await client.json<{ deliveries: { mail: string }[] }>('/trace?limit=1');
  return Object.entries(paths)
    .filter(([, methods]) => 'get' in methods)
    .map(([path]) => path.replace(/^\/api\/v1/, ''))
    .filter((path) => !LEFT_OUT.has(path))
    .flatMap((path) => {
      const mail = (path.startsWith('/trace') ? deliveries : mails)[0]?.mail;
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, place: string) => {
        const isGroup = place === 'address' && path.startsWith('/groups');
        const value = place === 'mail' ? mail : isGroup ? `group1@${DOMAIN}` : PLACES[place];
        if (value === undefined) throw new Error(`${path}: say in console.ts what ${place} is`);
        return encodeURIComponent(value);
      });
      const queries = [...(VARIANTS[path] ?? []), ...(deep[path] ?? [])];
      return [filled, ...queries.map((query) => `${filled}?${query}`)];
    });
}

/** A hundred rows from the far end of the lists that are long: their pages go on from a row, wherever that is. */
async function deepPages(client: ConsoleClient): Promise<Record<string, string[]>> {
  const { mails } = await client.json<{ mails: { mail: string }[] }>('/queue?state=held&limit=200');
  const { entries } = await client.json<{ entries: { id: number }[] }>('/audit?limit=1');
  const days = 20 * 24 * 3_600_000;
  return {
    '/queue': [
      `after=${mails.at(-1)?.mail}&limit=100`,
      `after=${mails.at(-1)?.mail}&sender=user77&limit=100`,
    ],
    '/trace': [`until=${new Date(Date.now() - days).toISOString()}&limit=100`],
    '/audit': [`before=${Math.ceil((entries[0]?.id ?? 0) / 10)}&limit=100`],
    '/lists/{list}': ['after=200&limit=100'],
  };
}

/** The aim for each route, and for the process. */
export const AIM_P95_MS = 50;
export const AIM_RSS_MIB = 120;

export function consoleTable({ rss, routes }: ConsoleResult): string {
  const lines = routes.map(({ route, bytes, p50, p95, p99, cpuMs }) => {
    const figures = [p50, p95, p99, cpuMs].map((one) => one.toFixed(1).padStart(8)).join('');
    const isOver = p95 >= AIM_P95_MS;
    const why = SLOW_ON_PURPOSE.has(route) ? ' as a hash or a key takes' : ' over the aim';
    return `${route.padEnd(52)}${figures}${String(Math.ceil(bytes / 1024)).padStart(6)}${isOver ? why : ''}\n`;
  });
  const memory = Object.entries(rss).map(([when, mib]) => `${when} ${mib.toFixed(0)}`);
  return [
    `${'route'.padEnd(52)}     p50     p95     p99     CPU   KiB   (ms)\n`,
    ...lines,
    `memory of the console, MiB (aim ${AIM_RSS_MIB}): ${memory.join(', ')}\n`,
  ].join('');
}
