// The filters that are asked while the client waits: DNSBL, from the moment it connects, and greylisting, for each
// recipient. One that does not answer lets nothing through: the client is put off.
import { type Bus, type CheckReply, type CheckRequest, check, type DialogueFilter } from '@pochtar/bus';
import { printableForeign } from '@pochtar/mail';
import type { Logger } from '@pochtar/runtime';
import type { DnsblSettings, GreylistSettings } from '@pochtar/settings';
import ipaddr from 'ipaddr.js';
import { filterAway, filterRefused } from './replies.ts';
import type { Reply } from './reply.ts';

/** What the filter itself takes beside the time of its look-ups. */
const ANSWER_MS = 2000;
const GREYLIST_MS = 5000;
const MAX_TEXT = 400;

export interface DialogueSettings {
  dnsbl(): DnsblSettings;
  greylist(): GreylistSettings;
}

/** What no list of the world can know: RFC 1122 §3.2.1.3, RFC 1918, RFC 3927, RFC 4193, RFC 4291 §2.5.6, RFC 6598. */
const LOCAL_RANGES = new Set([
  'unspecified',
  'loopback',
  'private',
  'linkLocal',
  'uniqueLocal',
  'carrierGradeNat',
]);

/** Whether look-ups of an address make sense: neither loopback nor private. */
export function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && !LOCAL_RANGES.has(ipaddr.process(address).range());
}

export class DialogueFilters {
  readonly #bus: Pick<Bus, 'ask'>;
  readonly #settings: DialogueSettings;
  readonly #log: Logger;

  constructor(bus: Pick<Bus, 'ask'>, settings: DialogueSettings, log: Logger) {
    this.#bus = bus;
    this.#settings = settings;
    this.#log = log;
  }

  /** Starts the look-up of a client that has just connected; null where none is made. */
  startDnsbl(clientAddress: string): Promise<CheckReply> | null {
    const { zones, timeoutMs } = this.#settings.dnsbl();
    if (zones.length === 0 || !isPublicAddress(clientAddress)) return null;
    const request = { clientAddress, helo: '', reversePath: '', recipient: null };
    return this.#ask('dnsbl', request, timeoutMs + ANSWER_MS);
  }

  /** Null where it is off. */
  async greylist(request: CheckRequest): Promise<CheckReply | null> {
    if (!this.#settings.greylist().enabled) return null;
    return this.#ask('greylist', request, GREYLIST_MS);
  }

  async #ask(filter: DialogueFilter, request: CheckRequest, timeoutMs: number): Promise<CheckReply> {
    const cut = {
      ...request,
      helo: request.helo.slice(0, 1000),
      reversePath: request.reversePath.slice(0, MAX_TEXT),
      recipient: request.recipient?.slice(0, MAX_TEXT) ?? null,
    };
    try {
      return await this.#bus.ask(check(filter), cut, timeoutMs);
    } catch (error) {
      this.#log.warn({ filter, reason: String(error) }, 'a filter did not answer');
      return { result: 'defer', enhanced: filterAway.enhanced ?? '4.7.1', text: filterAway.text };
    }
  }
}

/** The reply for a verdict; null: accepted. A reason may quote a list of the world: it ends no line of ours. */
export function verdictReply(verdict: CheckReply | null): Reply | null {
  if (verdict === null || verdict.result === 'accept') return null;
  const { result, enhanced, text = result === 'defer' ? filterAway.text : 'refused by policy' } = verdict;
  return filterRefused(result, enhanced, printableForeign(text, MAX_TEXT));
}
