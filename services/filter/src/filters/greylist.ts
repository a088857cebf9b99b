// Greylisting (RFC 6647): the first attempt of an unknown (network, sender, recipient) is put off; a real mail
// server comes again. Once a network has passed with several senders it is known as a whole.
import { isIP } from 'node:net';
import type { CheckReply, CheckRequest } from '@pochtar/bus';
import { plainAddress } from '@pochtar/runtime';
import type { GreylistSettings } from '@pochtar/settings';
import {
  checkTriplet,
  forgetExpired,
  forgetGreylistDays,
  forgetSurplus,
  forgetTriplet,
  lookUpTriplet,
  type Triplet,
} from '@pochtar/store/lists';
import ipaddr from 'ipaddr.js';
import type { DialogueCheck, DialogueFilter, DialogueTools, TriedReply } from '../filter.ts';
import { GreylistCounts } from '../greylist-counts.ts';
import { GreylistBudget } from '../greylist-budget.ts';

/** So many different senders of a network have passed before all of it is known. */
const KNOWN_SENDERS = 3;
const FORGET_EVERY_MS = 10 * 60_000;
const FORGET_AT_ONCE = 5000;
/** Triplets that are remembered; beyond it the oldest go. Some 300 MB. */
const MOST_TRIPLETS = 2_000_000;
/** In place of a network: whatever SPF lets send for the sender. */
const ANY_PERMITTED = '0.0.0.0/0';

export const greylist: DialogueFilter = {
  kind: 'dialogue',
  name: 'greylist',
  sections: ['greylist'],
  open: (tools) => new GreylistCheck(tools),
};

class GreylistCheck implements DialogueCheck {
  readonly #tools: DialogueTools;
  readonly #budget = new GreylistBudget();
  readonly #counts: GreylistCounts;
  readonly #cleanUp: NodeJS.Timeout;
  #forgetting: Promise<void> = Promise.resolve();

  constructor(tools: DialogueTools) {
    this.#tools = tools;
    this.#counts = new GreylistCounts(tools.db, tools.log);
    this.#cleanUp = setInterval(() => {
      this.#forgetting = this.#forget();
    }, FORGET_EVERY_MS).unref();
  }

  async check(request: CheckRequest): Promise<CheckReply> {
    const settings = this.#tools.current('greylist');
    const network = clientNetwork(request.clientAddress);
    if (!settings.enabled || network === null || request.recipient === null) return { result: 'accept' };
    if (this.#tools.isWhite(plainAddress(request.clientAddress))) return this.#accept('white');
    const triplet = {
      network,
      sender: keyText(request.reversePath),
      recipient: keyText(request.recipient),
    };
    const mayRemember = this.#budget.hasRoomFor(network, Date.now());
    const answer = await checkTriplet(this.#tools.db, triplet, rulesOf(settings), mayRemember);
    if (answer.passed) return this.#accept(answer.isReturn ? 'returned' : 'known');
    if (answer.isNew) this.#budget.spend(network, Date.now());
    const isAskedAgain = request.isPermitted === true && !answer.isNew;
    if (request.isPermitted === true && (await this.#hasCome(triplet, mayRemember))) {
      await forgetTriplet(this.#tools.db, triplet);
      // It was counted as put off before SPF was known.
      if (isAskedAgain) this.#counts.add('deferred', -1);
      return this.#accept('returned');
    }
    if (!isAskedAgain) this.#counts.add(answer.isFirst ? 'deferred' : 'early');
    const asksSpf = request.isPermitted === undefined && request.reversePath !== '';
    return { ...greylisted(answer.waitSeconds), ...(asksSpf && { asksSpf }) };
  }

  async tryOut(request: CheckRequest, current: DialogueTools['current']): Promise<TriedReply> {
    const settings = current('greylist');
    const network = clientNetwork(request.clientAddress);
    if (!settings.enabled || network === null || request.recipient === null) return accepted();
    if (this.#tools.isWhite(plainAddress(request.clientAddress))) return accepted('white');
    const triplet = {
      network,
      sender: keyText(request.reversePath),
      recipient: keyText(request.recipient),
    };
    const { passes, waitSeconds } = await lookUpTriplet(this.#tools.db, triplet, rulesOf(settings));
    if (passes) return accepted('it is known, or has waited long enough');
    const decidedBy = ['greylist.enabled', 'greylist.minRetrySeconds'];
    return { reply: greylisted(waitSeconds), decidedBy };
  }

  #accept(outcome: 'known' | 'white' | 'returned'): CheckReply {
    this.#counts.add(outcome);
    return { result: 'accept' };
  }

  /**
   * Whether the mail came before from any address that its domain permits: large senders retry from another network. Such
   * addresses share a row, and never become known as a whole: everybody's domain permits somebody.
   */
  async #hasCome(triplet: Triplet, mayRemember: boolean): Promise<boolean> {
    const rules = { ...rulesOf(this.#tools.current('greylist')), knownSenders: Number.MAX_SAFE_INTEGER };
    const any = { ...triplet, network: ANY_PERMITTED };
    return (await checkTriplet(this.#tools.db, any, rules, mayRemember)).passed;
  }

  async #forget(): Promise<void> {
    try {
      const rules = rulesOf(this.#tools.current('greylist'));
      for (let gone = FORGET_AT_ONCE; gone >= FORGET_AT_ONCE; ) {
        const forgotten = await forgetExpired(this.#tools.db, rules, FORGET_AT_ONCE);
        if (forgotten.unreturned > 0) this.#counts.add('unreturned', forgotten.unreturned);
        ({ gone } = forgotten);
      }
      await forgetSurplus(this.#tools.db, MOST_TRIPLETS);
      await forgetGreylistDays(this.#tools.db);
    } catch (error) {
      this.#tools.log.warn({ err: error }, 'old rows of the greylist stay for now');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#cleanUp);
    await this.#forgetting;
    await this.#counts[Symbol.asyncDispose]();
  }
}

function accepted(text?: string): TriedReply {
  return { reply: { result: 'accept', ...(text !== undefined && { text }) } };
}

// RFC 6647 §5: 451 at RCPT with a text that says what to do.
function greylisted(seconds: number): CheckReply {
  const text = `greylisted, please try again in ${seconds} seconds`;
  return { result: 'defer', enhanced: '4.7.1', text };
}

function rulesOf({ minRetrySeconds, maxRetryHours, whitelistDays }: GreylistSettings) {
  return { minRetrySeconds, maxRetryHours, whitelistDays, knownSenders: KNOWN_SENDERS };
}

// A provider retries from another machine of the same network (RFC 6647 §4.2); IPv6 hosts own a /64.
export function clientNetwork(address: string): string | null {
  const bare = address.replace(/%.*$/, '');
  if (isIP(bare) === 0) return null;
  const parsed = ipaddr.process(bare);
  const bits = parsed.kind() === 'ipv4' ? 24 : 64;
  const bytes = parsed.toByteArray().fill(0, bits / 8);
  return `${ipaddr.fromByteArray(bytes).toString()}/${bits}`;
}

/** The part of an address that is compared; Postgres takes no U+0000. */
function keyText(address: string): string {
  return address.replaceAll('\u0000', '').toLowerCase();
}
