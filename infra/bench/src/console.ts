// `./pochtar bench console`: how long the routes of the console's API take in a large installation, and what memory the
// process has. The routes are those that the API itself describes: each GET with one example of what it needs, and the
// lists with their filters too.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { type SeedSizes, seedConsole } from './console-seed.ts';
import type { Instance } from './instance.ts';
import { measure as usageOf, type Root } from './processes.ts';

export interface ConsoleOptions extends SeedSizes {
  /** Requests of each route. */
  requests: number;
}

export interface RouteResult {
  /** `GET /queue?state=held` */
  route: string;
  status: number;
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
    ...['reason=never%20said', 'olderThanMinutes=1440', 'heldBy=person', 'limit=200'],
  ],
  '/queue/matching': ['state=held', 'destination=far77.test'],
  '/trace': [
    'recipient=user77@',
    'sender=sender77@',
    'recipient=nobody',
    'outcome=bounced',
    'address=far.test',
  ],
  '/lists/{list}': ['search=far77', 'kind=network', 'search=nothing', 'limit=200'],
  '/audit': ['author=console:admin3', 'action=settings', 'object=user777', 'object=nobody', 'limit=200'],
};

/** Without an end, or one's own of somebody who has a mailbox. */
const LEFT_OUT = new Set(['/events', '/me', '/me/client']);

export async function benchConsole(
  instance: Instance,
  options: ConsoleOptions,
  progress: (text: string) => void,
): Promise<ConsoleResult> {
  const pid = (await instance.processes()).find(({ name }) => name === 'console')?.pid as number;
  const started = rssMiB(pid);
  progress(
    `writing ${options.accounts} mailboxes, ${options.mails} mails, ${options.entries} entries of lists`,
  );
  await seedConsole(instance, options);
  const client = await ConsoleClient.logIn(instance);
  const paths = await pathsOf(client);
  const roots = await instance.roots();
  const answered = rssMiB(pid);
  const routes: RouteResult[] = [];
  for (const path of paths) {
    progress(`GET ${path}`);
    routes.push(await measure(client, roots, path, options.requests));
  }
  client.close();
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
  return { rss: { started, answered, rested: rssMiB(pid) }, routes };
}

async function measure(
  client: ConsoleClient,
  roots: Root[],
  path: string,
  requests: number,
): Promise<RouteResult> {
  const first = await client.get(path);
  const times: number[] = [];
  const before = cpuSeconds(roots);
  for (let index = 0; index < requests; index++) {
    const began = performance.now();
    await client.get(path);
    times.push(performance.now() - began);
  }
  const cpuMs = ((cpuSeconds(roots) - before) / requests) * 1000;
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.ceil(share * times.length) - 1] as number;
  const { status, body } = first;
  return {
    ...{ route: `GET ${path}`, status, bytes: Buffer.byteLength(body) },
    ...{ p50: at(0.5), p95: at(0.95), p99: at(0.99), cpuMs },
  };
}

function cpuSeconds(roots: Root[]): number {
  return [...usageOf(roots).values()].reduce((sum, one) => sum + one.cpuSeconds, 0);
}

/** Of every GET that the API describes. Throws for one that needs something nobody has said. */
async function pathsOf(client: ConsoleClient): Promise<string[]> {
  const { paths } = await client.json<{ paths: Record<string, Record<string, unknown>> }>('/openapi.json');
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
      return [filled, ...(VARIANTS[path] ?? []).map((query) => `${filled}?${query}`)];
    });
}

/** One browser: one connection, and the cookie of an administrator. */
class ConsoleClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #endpoint: string;
  #cookie = '';

  private constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  static async logIn(instance: Instance): Promise<ConsoleClient> {
    const { console: endpoint, admin } = instance.endpoints();
    const client = new ConsoleClient(endpoint);
    const { login, password } = admin;
    const { status, body } = await client.#send('POST', '/session', JSON.stringify({ login, password }));
    if (status !== 200) throw new Error(`the administrator was not let in: ${status} ${body}`);
    return client;
  }

  get(path: string): Promise<{ status: number; body: string }> {
    return this.#send('GET', path);
  }

  async json<Answer>(path: string): Promise<Answer> {
    const { status, body } = await this.get(path);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${body.slice(0, 500)}`);
    return JSON.parse(body) as Answer;
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(method: string, path: string, body?: string): Promise<{ status: number; body: string }> {
    const headers = {
      ...(this.#cookie !== '' && { cookie: this.#cookie }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const url = `http://${this.#endpoint}/api/v1${path}`;
    return new Promise((resolve, reject) => {
      const sent = request(url, { method, headers, agent: this.#agent }, (response) => {
        const [set] = response.headers['set-cookie'] ?? [];
        if (set !== undefined) this.#cookie = set.split(';')[0] as string;
        text(response).then((read) => resolve({ status: response.statusCode ?? 0, body: read }), reject);
      });
      sent.once('error', reject);
      sent.end(body);
    });
  }
}

function rssMiB(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  return Number(match?.[1] ?? 0) / 1024;
}

/** The aim for each route, and for the process. */
export const AIM_P95_MS = 50;
export const AIM_RSS_MIB = 120;

export function consoleTable({ rss, routes }: ConsoleResult): string {
  const lines = routes.map(({ route, status, bytes, p50, p95, p99, cpuMs }) => {
    const figures = [p50, p95, p99, cpuMs].map((one) => one.toFixed(1).padStart(8)).join('');
    const remark = `${status === 200 ? '' : ` ${status}`}${p95 < AIM_P95_MS ? '' : ' over the aim'}`;
    return `${route.padEnd(52)}${figures}${String(Math.ceil(bytes / 1024)).padStart(6)}${remark}\n`;
  });
  const memory = Object.entries(rss).map(([when, mib]) => `${when} ${mib.toFixed(0)}`);
  return [
    `${'route'.padEnd(52)}     p50     p95     p99     CPU   KiB   (ms)\n`,
    ...lines,
    `memory of the console, MiB (aim ${AIM_RSS_MIB}): ${memory.join(', ')}\n`,
  ].join('');
}
