// The confirmed names of clients in the dialogue: whose are looked up, what a refusal says (settings section reverseDns), and
// what stands in the header of a mail. The look-up begins at connect and is asked for later.
import { authenticationResultsField } from '@pochtar/mail';
import type { Resolver } from '@pochtar/runtime';
import type { AccessMatcher } from '@pochtar/service';
import type { Settings } from '@pochtar/settings';
import { isPublicAddress } from './dialogue-filters.ts';
import { reverseNameRefused, reverseNameUnknown } from './replies.ts';
import type { Reply } from './reply.ts';
import { findReverseName, type ReverseFinding, type ReverseResult } from './reverse-name.ts';
import type { Session } from './session.ts';

const mismatch =
  'the name of your address in DNS does not lead back to it; have its PTR and address records agree';
const noName = 'your address has no name in DNS; have a PTR record made for it';

interface Tools {
  current: (section: 'reverseDns') => Settings['reverseDns'];
  accessLists: () => Pick<AccessMatcher, 'hasDomains'>;
}

export class ReverseNames {
  readonly #resolver: Resolver;
  readonly #tools: Tools;

  constructor(resolver: Resolver, tools: Tools) {
    this.#resolver = resolver;
    this.#tools = tools;
  }

  /** Begins the look-up where somebody will ask for it: of strangers from the outside, on the MX port. */
  start(session: Session): void {
    const { listener, isTrusted, isSpared, clientAddress } = session;
    if (session.reverse !== null || listener !== 'mx' || isTrusted || isSpared) return;
    const isWanted = this.#isChecked() || this.#tools.accessLists().hasDomains;
    if (isWanted && isPublicAddress(clientAddress)) session.reverse = this.#look(session);
  }

  /** The names that an entry of a domain may mean; DNS that does not answer confirms none. */
  async confirmed(session: Session): Promise<readonly string[]> {
    if (!this.#tools.accessLists().hasDomains) return [];
    return (await this.#finding(session))?.names ?? [];
  }

  /** Null: nothing against the client. What is not known of it is never held against it for good. */
  async refusal(session: Session): Promise<Reply | null> {
    const { mode } = this.#tools.current('reverseDns');
    if (mode === 'off') return null;
    const finding = await this.#finding(session);
    if (finding === null || finding.result === 'pass' || mode === 'tag') return null;
    if (finding.result === 'temperror') return reverseNameUnknown;
    const text = finding.result === 'permerror' ? noName : mismatch;
    return reverseNameRefused(mode === 'defer', text);
  }

  /** What is kept with a mail. Null: not checked. */
  resultOf(session: Session): ReverseResult | null {
    return this.#isChecked() && !session.isTrusted ? (session.reverseFinding?.result ?? null) : null;
  }

  #isChecked(): boolean {
    return this.#tools.current('reverseDns').mode !== 'off';
  }

  async #finding(session: Session): Promise<ReverseFinding | null> {
    // The setting or the lists may be newer than the connection.
    this.start(session);
    return session.reverse;
  }

  async #look(session: Session): Promise<ReverseFinding> {
    const finding = await findReverseName(this.#resolver, session.clientAddress);
    session.reverseFinding = finding;
    return finding;
  }
}

/** RFC 8601 §2.7.3: policy.iprev is the address that was looked up. */
export function reverseResultsField(by: string, clientAddress: string, result: ReverseResult): Buffer {
  const properties = [{ type: 'policy', name: 'iprev', value: clientAddress }] as const;
  return Buffer.from(authenticationResultsField(by, [{ method: 'iprev', result, properties }]), 'latin1');
}
