// Black lists in DNS (RFC 5782): every zone is asked at the same time, the first that lists the client decides.
//
// A zone that does not answer in time counts as the setting says; while silence is not a refusal, a zone that
// keeps failing is suspended and reported. Answers are kept by the resolver's cache.
import { metrics } from '@opentelemetry/api';
import type { CheckReply, CheckRequest } from '@pochtar/bus';
import { encodeForeign, printableForeign } from '@pochtar/mail';
import { plainAddress } from '@pochtar/runtime';
import type { DnsblSettings } from '@pochtar/settings';
import { askZone, listingReason, type ZoneAnswer } from '../dnsbl/ask-zone.ts';
import { beforeDeadline } from '../dnsbl/before-deadline.ts';
import { reversedName } from '../dnsbl/query-name.ts';
import { ZoneHealth } from '../dnsbl/zone-health.ts';
import type { DialogueCheck, DialogueFilter, DialogueTools } from '../filter.ts';

const MAX_REASON_WAIT_MS = 1000;

export const dnsbl: DialogueFilter = {
  kind: 'dialogue',
  name: 'dnsbl',
  sections: ['dnsbl'],
  open: (tools) => new DnsblCheck(tools),
};

class DnsblCheck implements DialogueCheck {
  readonly #tools: DialogueTools;
  readonly #health = new ZoneHealth();
  readonly #failures = metrics.getMeter('filter').createCounter('filter.dnsbl.no_answer', {
    description: 'questions a black list did not answer',
  });

  constructor(tools: DialogueTools) {
    this.#tools = tools;
    metrics
      .getMeter('filter')
      .createObservableGauge('filter.dnsbl.suspended', {
        description: 'black lists that are not asked because they keep failing',
      })
      .addCallback((gauge) => gauge.observe(this.#health.suspended(Date.now()).length));
  }

  async check(request: CheckRequest): Promise<CheckReply> {
    const settings = this.#tools.current('dnsbl');
    const clientAddress = plainAddress(request.clientAddress);
    const reversed = reversedName(clientAddress);
    if (reversed === null || settings.zones.length === 0) return { result: 'accept' };
    if (this.#tools.isWhite(clientAddress)) return { result: 'accept' };

    this.#health.keepOnly(settings.zones);
    const deadline = Date.now() + settings.timeoutMs;
    const asked = this.#zonesToAsk(settings).map((zone) =>
      this.#ask(zone, reversed, clientAddress, deadline),
    );
    const listed = await firstListing(asked);
    if (listed === null) return this.#notListed(await Promise.all(asked), settings);
    const reason = await beforeDeadline(
      listingReason(this.#tools.resolver, listed.zone, reversed),
      Math.min(deadline, Date.now() + MAX_REASON_WAIT_MS),
      null,
    );
    const why = reason === null ? '' : `: ${encodeForeign(reason, 220)}`;
    const text = `client [${printableForeign(clientAddress, 60)}] is listed by ${listed.zone}${why}`;
    return { result: 'reject', enhanced: '5.7.1', text: text.slice(0, 400) };
  }

  /** With `reject` an admin wants silence to refuse, so that no zone is ever left out. */
  #zonesToAsk({ zones, onNoAnswer }: DnsblSettings): readonly string[] {
    if (onNoAnswer === 'reject') return zones;
    const now = Date.now();
    return zones.filter((zone) => !this.#health.isSuspended(zone, now));
  }

  async #ask(zone: string, reversed: string, clientAddress: string, deadline: number): Promise<ZoneAnswer> {
    const silence: ZoneAnswer = { kind: 'noAnswer', zone, why: 'no answer in time' };
    const asked = askZone(this.#tools.resolver, zone, reversed, clientAddress);
    const answer = await beforeDeadline(asked, deadline, silence);
    if (answer.kind === 'noAnswer') this.#failed(zone, answer.why);
    else this.#health.answered(zone);
    return answer;
  }

  #failed(zone: string, why: string): void {
    this.#failures.add(1, { zone });
    this.#tools.log.debug({ zone, why }, 'a black list did not answer');
    const suspendedMs = this.#health.failed(zone, Date.now());
    if (suspendedMs === null) return;
    this.#tools.log.warn({ zone, why, minutes: suspendedMs / 60_000 }, 'a black list keeps failing');
  }

  #notListed(answers: readonly ZoneAnswer[], { onNoAnswer }: DnsblSettings): CheckReply {
    const silent = answers.find((answer) => answer.kind === 'noAnswer');
    if (silent === undefined || onNoAnswer === 'ignore') return { result: 'accept' };
    const text = `the black list ${silent.zone} does not answer`;
    return onNoAnswer === 'reject'
      ? { result: 'reject', enhanced: '5.7.1', text }
      : { result: 'defer', enhanced: '4.7.1', text: `${text}, please try again later` };
  }
}

/** The first listing to come in, or null when all have answered without one. */
function firstListing(asked: readonly Promise<ZoneAnswer>[]): Promise<{ zone: string } | null> {
  return new Promise((resolve, reject) => {
    const looks = asked.map(async (answer) => {
      const known = await answer;
      if (known.kind === 'listed') resolve(known);
    });
    Promise.all(looks).then(() => resolve(null), reject);
  });
}
