// How the way to a host of a domain must be secured: DANE where the DNS is signed, else the domain's MTA-STS policy, else
// as well as it goes. RFC 7672 §2.2, RFC 8461 §2 (DANE is never overridden by MTA-STS).
import type { Resolver, TlsaRecord } from '@pochtar/runtime';
import type { RouteFailure } from '../mx.ts';
import { daneOf } from './dane.ts';
import type { SecurityResult } from './fault.ts';
import type { StsPolicies } from './sts/policies.ts';
import { namesHost } from './sts/policy.ts';
import type { TlsResults } from './tls-results.ts';

export type Protection =
  /** As well as it goes. */
  | { kind: 'none' }
  /** Encrypted, with any certificate. */
  | { kind: 'encrypted' }
  | { kind: 'dane'; records: TlsaRecord[]; base: string; names: string[] }
  | { kind: 'sts'; isEnforced: boolean; isHostNamed: boolean }
  /** No mail goes there now. */
  | { kind: 'barred'; failure: RouteFailure };

export interface SecurityTools {
  resolver: Pick<Resolver, 'validated'>;
  sts: StsPolicies;
  results: TlsResults;
}

/** How a policy is called in the trace, and in reports (RFC 8460 §4.2). */
export const policyName = (protection: Protection): 'tlsa' | 'sts' | 'no-policy-found' =>
  protection.kind === 'none' ? 'no-policy-found' : protection.kind === 'sts' ? 'sts' : 'tlsa';

export class DomainSecurity {
  readonly #tools: SecurityTools;
  readonly #domain: string;
  readonly #isMxValidated: boolean;
  readonly #port: number;
  readonly #signal: AbortSignal;
  readonly #known = new Map<string, Promise<Protection>>();

  constructor(
    tools: SecurityTools,
    {
      domain,
      isMxValidated,
      port,
      signal,
    }: { domain: string; isMxValidated: boolean; port: number; signal: AbortSignal },
  ) {
    this.#tools = tools;
    this.#domain = domain;
    this.#isMxValidated = isMxValidated;
    this.#port = port;
    this.#signal = signal;
  }

  /** Throws what the database throws. */
  of(host: string): Promise<Protection> {
    const known = this.#known.get(host) ?? this.#look(host);
    this.#known.set(host, known);
    return known;
  }

  /** For a report to the domain (RFC 8460). */
  note(host: string, protection: Protection, result: SecurityResult): void {
    this.#tools.results.note({ domain: this.#domain, policy: policyName(protection), host, result });
  }

  async #look(host: string): Promise<Protection> {
    // An address in brackets has no zone and no policy.
    if (this.#domain.startsWith('[')) return { kind: 'none' };
    if (!this.#isMxValidated) return this.#bySts(host);
    const found = await daneOf(host, this.#port, this.#tools.resolver);
    switch (found.kind) {
      case 'records': {
        const { records, base } = found;
        return { kind: 'dane', records, base, names: [...new Set([base, host, this.#domain])] };
      }
      case 'unknown':
        this.note(host, { kind: 'encrypted' }, 'dnssec-invalid');
        return { kind: 'barred', failure: dnsSilent(found.name) };
      case 'unusable': {
        const sts = await this.#bySts(host);
        this.note(host, { kind: 'encrypted' }, 'tlsa-invalid');
        return sts.kind === 'barred' || (sts.kind === 'sts' && sts.isEnforced) ? sts : { kind: 'encrypted' };
      }
      case 'none':
        return this.#bySts(host);
    }
  }

  async #bySts(host: string): Promise<Protection> {
    const { policy, fault } = await this.#tools.sts.of(this.#domain, this.#signal);
    if (fault !== null) this.note(host, { kind: 'sts', isEnforced: false, isHostNamed: false }, fault);
    if (policy === null || policy.mode === 'none') return { kind: 'none' };
    const isHostNamed = namesHost(policy, host);
    const isEnforced = policy.mode === 'enforce';
    const protection: Protection = { kind: 'sts', isEnforced, isHostNamed };
    if (isHostNamed || !isEnforced) return protection;
    this.note(host, protection, 'validation-failure');
    return { kind: 'barred', failure: notNamed(host, this.#domain) };
  }
}

// RFC 7672 §2.1.2: where the DNS does not say what it demands, an attacker may have seen to that.
const dnsSilent = (name: string): RouteFailure => ({
  kind: 'deferred',
  status: '4.7.5',
  diagnostic: `the DNS is signed and gives no answer for ${name}, which says how mail must be encrypted (DANE)`,
});

// RFC 8461 §5: mail does not go to hosts that an enforced policy does not name.
const notNamed = (host: string, domain: string): RouteFailure => ({
  kind: 'deferred',
  status: '4.7.5',
  diagnostic: `${host} is in the MX records of ${domain}, but not in its MTA-STS policy: mail is not sent there`,
});
