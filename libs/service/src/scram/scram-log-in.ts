// Logging in by SCRAM-SHA-256 and SCRAM-SHA-256-PLUS, whatever the protocol: RFC 5802 §5, RFC 7677. The limits on guessing
// are those of passwords, and a name without keys gets the same answers after the same work.
import { loginKey, type ScramAccount } from '@pochtar/store/directory';
import {
  type LoginClient,
  type LoginOutcome,
  type LoginRules,
  type LoginTools,
  refuseLogin,
} from '../log-in.ts';
import type { Attempt } from '../login-guard.ts';
import { type ChannelBindings, noBindings } from './channel-binding.ts';
import { type ClientFirst, readClientFirst, ScramExchange } from './exchange.ts';
import type { Scram } from './follow-scram.ts';

export const SCRAM_MECHANISMS = ['SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'] as const;
export type ScramMechanism = (typeof SCRAM_MECHANISMS)[number];

export function isScram(mechanism: string): mechanism is ScramMechanism {
  return (SCRAM_MECHANISMS as readonly string[]).includes(mechanism);
}

/** What is offered on a connection, the strongest first (RFC 5802 §6: with and without channel binding). */
export function offeredScram(scram: Pick<Scram, 'isOffered'>, bindings: ChannelBindings): ScramMechanism[] {
  if (!scram.isOffered) return [];
  return bindings.isOffered ? ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'] : ['SCRAM-SHA-256'];
}

export interface ScramTools extends Omit<LoginTools, 'passwords'> {
  scram: Pick<Scram, 'keys' | 'isOffered'>;
}

export type ScramStep =
  | { kind: 'challenge'; text: string }
  /** No exchange comes of this message. */
  | { kind: 'malformed'; reason: string }
  /** It is over before it began. */
  | { kind: 'over'; outcome: LoginOutcome };

export type ScramEnd =
  /** RFC 5802 §5: the client checks this last message; it says nothing more to it. */
  | { kind: 'proved'; serverFinal: string; outcome: Extract<LoginOutcome, { kind: 'ok' }> }
  | { kind: 'over'; outcome: LoginOutcome };

export interface ScramLoginOptions {
  mechanism: ScramMechanism;
  bindings?: ChannelBindings;
  /** The server's part of the nonce, where the exchange was begun elsewhere. */
  nonce?: string | undefined;
}

interface Begun {
  exchange: ScramExchange;
  attempt: Attempt;
  found: ScramAccount;
  /** As whom: somebody else. */
  isOther: boolean;
}

export class ScramLogin {
  readonly #tools: ScramTools;
  readonly #rules: LoginRules;
  readonly #client: LoginClient;
  readonly #mechanism: ScramMechanism;
  readonly #bindings: ChannelBindings;
  readonly #nonce: string | undefined;
  #begun: Begun | null = null;

  constructor(
    tools: ScramTools,
    rules: LoginRules,
    client: LoginClient,
    { mechanism, bindings = noBindings, nonce }: ScramLoginOptions,
  ) {
    this.#tools = tools;
    this.#rules = rules;
    this.#client = client;
    this.#mechanism = mechanism;
    this.#bindings = bindings;
    this.#nonce = nonce;
  }

  /** Takes the client-first-message. */
  async begin(message: string): Promise<ScramStep> {
    const first = readClientFirst(message);
    if (first === null) return { kind: 'malformed', reason: 'malformed SCRAM message' };
    const channelData = this.#channelData(first);
    if (channelData === null)
      return { kind: 'malformed', reason: 'channel binding does not match the mechanism' };
    const { guard, settings, scram } = this.#tools;
    const { defaultDomain } = settings.current('general');
    const key = loginKey(first.name, defaultDomain);
    const { clientAddress, isShared = false } = this.#client;
    const attempt = { clientAddress, isShared, account: key };
    const gate = await guard.gate(attempt);
    if (gate === 'client banned') return { kind: 'over', outcome: { kind: 'banned' } };
    const known = await scram.keys.of(key, first.name);
    // An account that is being guessed at: strangers hear what a wrong password gets, whatever theirs is.
    const found = gate === 'account guarded' ? { ...known, account: null, why: 'guarded' as const } : known;
    const { authorizationName } = first;
    const isOther = authorizationName !== '' && loginKey(authorizationName, defaultDomain) !== key;
    const exchange = new ScramExchange(first, found.keys, channelData, this.#nonce);
    this.#begun = { exchange, attempt, found, isOther };
    return { kind: 'challenge', text: exchange.serverFirst };
  }

  /** Takes the client-final-message. */
  async finish(message: string): Promise<ScramEnd> {
    if (this.#begun === null) throw new Error('the exchange has not begun');
    const { exchange, attempt, found, isOther } = this.#begun;
    this.#begun = null;
    const serverFinal = exchange.finish(message);
    const { account, why } = found;
    if (serverFinal !== null && account !== null && !isOther) {
      await this.#tools.guard.succeeded(attempt);
      return { kind: 'proved', serverFinal, outcome: { kind: 'ok', account } };
    }
    const reason = why ?? (serverFinal === null ? 'wrongPassword' : 'other');
    return {
      kind: 'over',
      outcome: await refuseLogin(this.#tools, this.#rules, this.#client, attempt, reason),
    };
  }

  /** Null: the client does something else than it says, or than this connection can. */
  #channelData({ binding }: ClientFirst): Buffer | null {
    const isPlus = this.#mechanism === 'SCRAM-SHA-256-PLUS';
    if (typeof binding === 'object') return isPlus ? this.#bindings.data(binding.type) : null;
    if (isPlus) return null;
    // RFC 5802 §6: a client that could, and was not offered it though it was: somebody between has taken it away.
    const isDowngrade = binding === 'unused' && this.#tools.scram.isOffered && this.#bindings.isOffered;
    return isDowngrade ? null : Buffer.alloc(0);
  }
}
