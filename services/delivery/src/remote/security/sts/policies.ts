// Which MTA-STS policy holds for a domain now. RFC 8461 §3.3, §5.1: one that was seen once holds until it expires, whatever
// the DNS and the web server say meanwhile, so that who cuts them off gains nothing. Policies are kept in Postgres, for all
// replicas; what was asked a moment ago is kept in memory.
import { DnsFailure, KeptAnswers, type Logger, type Resolver } from '@pochtar/runtime';
import type { Database } from '@pochtar/store/db';
import { keepStsPolicy, type KeptStsPolicy, readStsPolicy } from '@pochtar/store/queue';
import { fetchPolicy, type PolicyHosts, type StsFault } from './fetch-policy.ts';
import { policyId, type StsPolicy } from './policy.ts';

/** In memory: as long as the DNS record is believed. */
const KNOWN_MS = 60_000;
/** RFC 8461 §3.3: a web server that failed is not asked again for some minutes. */
const REST_MS = 300_000;
const MAX_RESTING = 10_000;
/** RFC 8461 §3.3, §10.2: a policy is fetched anew long before it expires. */
const REFRESH_SECONDS = 86_400;

export interface StsFinding {
  /** null: the domain has none. */
  policy: StsPolicy | null;
  /** Why there is none, or no newer one, though the DNS says so. */
  fault: StsFault | null;
}

export interface PolicyTools extends PolicyHosts {
  db: Database;
  resolver: Pick<Resolver, 'txt' | 'a' | 'aaaa'>;
  log: Logger;
}

const NONE: StsFinding = { policy: null, fault: null };

export class StsPolicies {
  readonly #tools: PolicyTools;
  readonly #known = new KeptAnswers(
    (domain: string, signal: AbortSignal) => this.#look(domain, signal),
    KNOWN_MS,
  );
  readonly #resting = new Map<string, { until: number; fault: StsFault }>();

  constructor(tools: PolicyTools) {
    this.#tools = tools;
  }

  /** Questions under way are shared. Throws what the database throws: without it nobody knows what is forbidden. */
  of(domain: string, signal: AbortSignal): Promise<StsFinding> {
    return this.#known.of(domain, signal);
  }

  async #look(domain: string, signal: AbortSignal): Promise<StsFinding> {
    const kept = await readStsPolicy(this.#tools.db, domain);
    const id = await this.#idOf(domain);
    if (id === null || isFresh(kept, id)) return kept === null ? NONE : { policy: kept, fault: null };
    const fault = this.#faultOf(domain) ?? (await this.#fetch(domain, id, signal));
    if (typeof fault !== 'string') return { policy: fault, fault: null };
    // RFC 8461 §5.1: a policy that cannot be fetched anew holds until it expires.
    return { policy: kept, fault };
  }

  async #idOf(domain: string): Promise<string | null> {
    try {
      return policyId(await this.#tools.resolver.txt(`_mta-sts.${domain}`));
    } catch (error) {
      if (!(error instanceof DnsFailure)) throw error;
      return null;
    }
  }

  async #fetch(domain: string, id: string, signal: AbortSignal): Promise<StsPolicy | StsFault> {
    const fetched = await fetchPolicy(this.#tools, domain, signal);
    if ('fault' in fetched) {
      const { fault, why } = fetched;
      this.#tools.log.warn({ domain, fault, reason: why }, 'an MTA-STS policy could not be read');
      this.#rest(domain, fault);
      return fault;
    }
    await keepStsPolicy(this.#tools.db, domain, { ...fetched, id });
    return fetched;
  }

  #rest(domain: string, fault: StsFault): void {
    this.#resting.delete(domain);
    this.#resting.set(domain, { until: Date.now() + REST_MS, fault });
    if (this.#resting.size <= MAX_RESTING) return;
    const [oldest] = this.#resting.keys();
    if (oldest !== undefined) this.#resting.delete(oldest);
  }

  #faultOf(domain: string): StsFault | null {
    const resting = this.#resting.get(domain);
    return resting !== undefined && resting.until > Date.now() ? resting.fault : null;
  }
}

function isFresh(kept: KeptStsPolicy | null, id: string): boolean {
  return kept !== null && kept.id === id && kept.ageSeconds < Math.min(kept.maxAge / 2, REFRESH_SECONDS);
}
