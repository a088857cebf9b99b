// Questions to the DNS for one check: a bound for each, for their number and for all of them together. The servers of the
// domain are asked themselves, so that nobody is shown what a cache has kept; where they cannot be reached, the resolver.
import { getServers, promises } from 'node:dns';
import { isPublicAddress } from './public-address.ts';

/** `unanswered` is not `absent`: nobody is told to add a record that nobody could look for. */
export type Answer = { kind: 'found'; values: string[] } | { kind: 'absent' } | { kind: 'unanswered' };

type RecordType = 'A' | 'AAAA' | 'CNAME' | 'MX' | 'NS' | 'PTR' | 'SRV' | 'TXT';

export interface LookUpOptions {
  /** host:port list; the system's when absent. */
  servers?: readonly string[] | undefined;
  /** Of the servers of domains: 53, but for tests. */
  port?: number;
  queryMs?: number;
  totalMs?: number;
  maxQueries?: number;
}

const QUERY_MS = 1500;
const TOTAL_MS = 11_000;
const MAX_QUERIES = 80;
const MAX_SERVERS = 3;
const DNS_PORT = 53;
const ABSENT = new Set(['ENOTFOUND', 'ENODATA']);

export class LookUp {
  readonly #resolver: promises.Resolver;
  readonly #options: LookUpOptions;
  readonly #deadline: number;
  #left: number;
  #own: { zone: string; resolver: promises.Resolver } | null = null;
  readonly #asked = new Map<string, Promise<Answer>>();

  constructor(options: LookUpOptions = {}) {
    this.#options = options;
    this.#deadline = Date.now() + (options.totalMs ?? TOTAL_MS);
    this.#left = options.maxQueries ?? MAX_QUERIES;
    this.#resolver = this.#resolverOf(options.servers ?? getServers());
  }

  #resolverOf(servers: readonly string[]): promises.Resolver {
    const resolver = new promises.Resolver({ timeout: this.#options.queryMs ?? QUERY_MS, tries: 1 });
    resolver.setServers(servers);
    return resolver;
  }

  /** Finds the servers of the zone that the domain is in; false: they do not answer, and the resolver does it all. */
  async findServers(domain: string): Promise<boolean> {
    const labels = domain.split('.');
    for (let from = 0; from < labels.length - 1 && from < 4; from++) {
      const zone = labels.slice(from).join('.');
      const names = await this.ask('NS', zone);
      if (names.kind !== 'found') continue;
      const found = await Promise.all(
        names.values.slice(0, MAX_SERVERS).map((host) => this.ask('A', host).then(valuesOf)),
      );
      const port = this.#options.port ?? DNS_PORT;
      // Whoever owns a zone names its servers: that must not make this server talk to its own network.
      const isOpen = (address: string): boolean => port !== DNS_PORT || isPublicAddress(address);
      const addresses = [...new Set(found.flat())].filter(isOpen).slice(0, MAX_SERVERS);
      if (addresses.length === 0) return false;
      const resolver = this.#resolverOf(addresses.map((address) => `${address}:${port}`));
      const isThere = (await this.#query(resolver, 'NS', zone)).kind !== 'unanswered';
      if (isThere) this.#own = { zone, resolver };
      this.#asked.clear();
      return isThere;
    }
    return false;
  }

  /** One question; the same one is asked once. */
  ask(type: RecordType, name: string): Promise<Answer> {
    const key = `${type} ${name.toLowerCase()}`;
    const known = this.#asked.get(key);
    if (known !== undefined) return known;
    const answer = this.#ask(type, name.toLowerCase());
    this.#asked.set(key, answer);
    return answer;
  }

  async #ask(type: RecordType, name: string): Promise<Answer> {
    const own = this.#own;
    if (own !== null && (name === own.zone || name.endsWith(`.${own.zone}`))) {
      const answer = await this.#query(own.resolver, type, name);
      if (answer.kind === 'found') return answer;
      if (answer.kind === 'absent' && !(await this.#leadsElsewhere(own.resolver, type, name))) return answer;
    }
    return this.#query(this.#resolver, type, name);
  }

  /** Hosts may be in a part of the zone that others keep; texts may stand behind an alias. Those the resolver follows. */
  async #leadsElsewhere(resolver: promises.Resolver, type: RecordType, name: string): Promise<boolean> {
    if (type === 'A' || type === 'AAAA') return true;
    return type === 'TXT' && (await this.#query(resolver, 'CNAME', name)).kind === 'found';
  }

  async #query(resolver: promises.Resolver, type: RecordType, name: string): Promise<Answer> {
    const ms = this.#deadline - Date.now();
    if (this.#left <= 0 || ms <= 0) return { kind: 'unanswered' };
    this.#left--;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Answer>((resolve) => {
      timer = setTimeout(resolve, ms, { kind: 'unanswered' });
    });
    try {
      return await Promise.race([late, look(resolver, type, name)]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** IPv4 and IPv6 of a host. */
  async addressesOf(host: string): Promise<Answer> {
    const both = await Promise.all([this.ask('A', host), this.ask('AAAA', host)]);
    const values = both.flatMap(valuesOf);
    if (values.length > 0) return { kind: 'found', values };
    return both.some(({ kind }) => kind === 'unanswered') ? { kind: 'unanswered' } : { kind: 'absent' };
  }
}

export function valuesOf(answer: Answer): string[] {
  return answer.kind === 'found' ? answer.values : [];
}

async function look(resolver: promises.Resolver, type: RecordType, name: string): Promise<Answer> {
  try {
    const values = await written(resolver, type, name);
    return values.length > 0 ? { kind: 'found', values } : { kind: 'absent' };
  } catch (error) {
    return { kind: ABSENT.has((error as NodeJS.ErrnoException).code ?? '') ? 'absent' : 'unanswered' };
  }
}

/** As a zone file has them, names without the last dot; a reverse name is asked for by its address. */
async function written(resolver: promises.Resolver, type: RecordType, name: string): Promise<string[]> {
  switch (type) {
    case 'A':
      return resolver.resolve4(name);
    case 'AAAA':
      return resolver.resolve6(name);
    case 'CNAME':
      return resolver.resolveCname(name);
    case 'NS':
      return resolver.resolveNs(name);
    case 'PTR':
      return resolver.reverse(name);
    case 'TXT':
      return (await resolver.resolveTxt(name)).map((chunks) => chunks.join(''));
    case 'MX':
      return (await resolver.resolveMx(name)).map(({ priority, exchange }) => `${priority} ${exchange}`);
    case 'SRV':
      return (await resolver.resolveSrv(name)).map((one) =>
        [one.priority, one.weight, one.port, one.name].join(' '),
      );
    default:
      return [];
  }
}
