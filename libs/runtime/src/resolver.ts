// DNS with a cache and a bound on every wait. Negative answers are answers; failures are not.
//
// NXDOMAIN and an empty answer come back as []; a server that fails or does not answer throws `DnsFailure`,
// so that nobody mistakes silence for "does not exist" (RFC 2308 §2, RFC 5321 §5.1).
import { type MxRecord, promises } from 'node:dns';
import { getServers } from 'node:dns';
import { type AnswerTypes, askServer, type DnsServer, parseServer, type ToldAnswer } from './dns-question.ts';
import { isLocalAddress } from './local-address.ts';
import { reversePointer } from './reverse-pointer.ts';

export class DnsFailure extends Error {
  override name = 'DnsFailure';
  readonly question: string;
  constructor(question: string, cause: unknown) {
    super(`no answer for ${question}`, { cause });
    this.question = question;
  }
}

export type { TlsaRecord } from './dns-question.ts';
/** Of a server that we believe. */
export type Validated<T> = ToldAnswer<T>;

export type RecordType = 'A' | 'AAAA' | 'CNAME' | 'MX' | 'PTR' | 'TXT';

export interface Resolver {
  mx(domain: string): Promise<MxRecord[]>;
  a(name: string): Promise<string[]>;
  aaaa(name: string): Promise<string[]>;
  txt(name: string): Promise<string[][]>;
  ptr(address: string): Promise<string[]>;
  /** With what DNSSEC says of the answer. Where no server is believed nothing is asked, and there is nothing. */
  validated<T extends keyof AnswerTypes>(name: string, type: T): Promise<Validated<AnswerTypes[T]>>;
  /** Whether answers can be validated at all. */
  readonly isValidating: boolean;
  /** IPv4 addresses with the seconds they may be kept; asked anew each time: who asks keeps them. */
  withTtl(name: string): Promise<{ address: string; ttl: number }[]>;
  /** RFC 2308 §5: the seconds that a zone lets an answer be kept that a name is not there; null: it says nothing. */
  negativeTtl(zone: string): Promise<number | null>;
  /**
   * For libraries that ask by themselves and tell a name that is not there from one without such records: those throw
   * with the code ENOTFOUND and ENODATA, as the system's resolver does.
   */
  records(name: string, type: RecordType): Promise<unknown[]>;
}

export interface ResolverOptions {
  /** host:port list; the system's servers when absent */
  servers?: string[] | undefined;
  timeoutMs?: number;
  tries?: number;
  /** How long an answer is kept. */
  positiveSeconds?: number;
  negativeSeconds?: number;
  maxEntries?: number;
}

const ABSENT = new Set(['ENOTFOUND', 'ENODATA']);

export function createResolver(options: ResolverOptions = {}): Resolver {
  const limits = { timeoutMs: options.timeoutMs ?? 2000, tries: options.tries ?? 2 };
  const resolver = new promises.Resolver({ timeout: limits.timeoutMs, tries: limits.tries });
  resolver.setServers(options.servers ?? getServers());
  const believed = (options.servers ?? []).map(parseServer).filter(isBelieved);
  const cache = new AnswerCache(options);
  const look = <T>(question: string, ask: () => Promise<T[]>): Promise<Found<T>> =>
    cache.get(
      question,
      () => found(question, ask),
      ({ absent }) => absent !== undefined,
    );
  const ask = async <T>(question: string, how: () => Promise<T[]>): Promise<T[]> =>
    (await look(question, how)).records;
  return {
    mx: (domain) => ask(`MX ${domain}`, () => resolver.resolveMx(domain)),
    a: (name) => ask(`A ${name}`, () => resolver.resolve4(name)),
    aaaa: (name) => ask(`AAAA ${name}`, () => resolver.resolve6(name)),
    txt: (name) => ask(`TXT ${name}`, () => resolver.resolveTxt(name)),
    // Not `reverse`, which looks into the hosts file, and takes a server that fails for a name that is not there.
    ptr: (address) => ask(`PTR ${address}`, () => resolver.resolvePtr(reversePointer(address))),
    isValidating: believed.length > 0,
    async validated(name, type) {
      if (believed.length === 0) return { records: [], isValidated: false, name };
      type Told = ToldAnswer<AnswerTypes[typeof type]>;
      const question = `validated ${type} ${name}`;
      const isAbsent = ({ records }: Told): boolean => records.length === 0;
      return cache.get<Told>(question, () => askInTurn(believed, name, type, limits), isAbsent);
    },
    withTtl: async (name) => (await found(`A ${name}`, () => resolver.resolve4(name, { ttl: true }))).records,
    async negativeTtl(zone) {
      const [soa] = await ask(`SOA ${zone}`, async () => [await resolver.resolveSoa(zone)]);
      return soa?.minttl ?? null;
    },
    async records(name, type) {
      const ofType = (): Promise<unknown[]> => resolver.resolve(name, type) as Promise<unknown[]>;
      const { records, absent } = await look(`any ${type} ${name}`, ofType);
      if (absent === undefined) return records;
      throw Object.assign(new Error(`${type} ${name}: ${absent}`), { code: absent });
    },
  };
}

/**
 * RFC 4035 §4.9.3: AD counts only over a way that strangers cannot write to. So it does from servers that were named for
 * us and are on this machine or in its own network: what stands in the system's configuration may ask anybody.
 */
const isBelieved = ({ host }: DnsServer): boolean => isLocalAddress(host);

async function askInTurn<T extends keyof AnswerTypes>(
  servers: readonly DnsServer[],
  name: string,
  type: T,
  { timeoutMs, tries }: { timeoutMs: number; tries: number },
): Promise<ToldAnswer<AnswerTypes[T]>> {
  let failure: unknown;
  for (let round = 0; round < tries; round++) {
    for (const server of servers) {
      try {
        return await askServer(server, name, type, timeoutMs);
      } catch (error) {
        failure = error;
      }
    }
  }
  throw new DnsFailure(`${type} ${name}`, failure);
}

interface Found<T> {
  records: T[];
  /** Why there are none. */
  absent?: string;
}

async function found<T>(question: string, ask: () => Promise<T[]>): Promise<Found<T>> {
  try {
    return { records: await ask() };
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (ABSENT.has(code)) return { records: [], absent: code };
    throw new DnsFailure(question, error);
  }
}

interface Entry {
  answer: Promise<unknown>;
  until: number;
}

class AnswerCache {
  readonly #entries = new Map<string, Entry>();
  readonly #positiveMs: number;
  readonly #negativeMs: number;
  readonly #max: number;

  constructor(options: ResolverOptions) {
    this.#positiveMs = (options.positiveSeconds ?? 60) * 1000;
    this.#negativeMs = (options.negativeSeconds ?? 10) * 1000;
    this.#max = options.maxEntries ?? 10_000;
  }

  /** Questions under way are shared; failures are not kept. */
  async get<T>(question: string, look: () => Promise<T>, isAbsent: (answer: T) => boolean): Promise<T> {
    const now = Date.now();
    const known = this.#entries.get(question);
    if (known && known.until > now) return known.answer as Promise<T>;
    const entry: Entry = { answer: look(), until: Number.POSITIVE_INFINITY };
    this.#entries.delete(question);
    this.#entries.set(question, entry);
    this.#trim();
    try {
      const answer = (await entry.answer) as T;
      entry.until = Date.now() + (isAbsent(answer) ? this.#negativeMs : this.#positiveMs);
      return answer;
    } catch (error) {
      this.#entries.delete(question);
      throw error;
    }
  }

  #trim(): void {
    if (this.#entries.size <= this.#max) return;
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#entries.delete(oldest.value);
  }
}
