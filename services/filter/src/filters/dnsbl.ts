// Black lists in DNS (RFC 5782): every zone is asked at the same time, the first that lists the client decides.
//
// A zone that does not answer in time counts as the setting says; one that is at fault is suspended for all replicas
// (watched-zones.ts) and reported. Answers are kept for as long as the zone allows.
import { metrics } from '@opentelemetry/api';
import type { CheckReply, CheckRequest } from '@pochtar/bus';
import { encodeForeign, printableForeign } from '@pochtar/mail';
import { plainAddress } from '@pochtar/runtime';
import type { DnsblSettings } from '@pochtar/settings';
import { askZone, listingReason, type ZoneAnswer } from '../dnsbl/ask-zone.ts';
import { beforeDeadline } from '../dnsbl/before-deadline.ts';
import { reversedName } from '../dnsbl/query-name.ts';
import { WatchedZones, type ZoneStates } from '../dnsbl/watched-zones.ts';
import { ZoneAnswers } from '../dnsbl/zone-answers.ts';
import type { DialogueCheck, DialogueFilter, DialogueTools, TriedReply } from '../filter.ts';

const MAX_REASON_WAIT_MS = 1000;
const ACCEPTED: TriedReply = { reply: { result: 'accept' } };

export const dnsbl: DialogueFilter = {
  kind: 'dialogue',
  name: 'dnsbl',
  sections: ['dnsbl'],
  open,
};

function open(tools: DialogueTools): DialogueCheck {
  const zones = new WatchedZones({ ...tools, current: () => tools.current('dnsbl') });
  metrics
    .getMeter('filter')
    .createObservableGauge('filter.dnsbl.suspended', {
      description: 'black lists that are not asked because they are at fault',
    })
    .addCallback((gauge) => gauge.observe(zones.suspended));
  const check = new DnsblCheck(tools, zones);
  return {
    check: (request) => check.check(request),
    tryOut: (request, current) => check.tryOut(request, current),
    [Symbol.asyncDispose]: () => zones[Symbol.asyncDispose](),
  };
}

export class DnsblCheck implements DialogueCheck {
  readonly #tools: DialogueTools;
  readonly #zones: ZoneStates;
  readonly #answers: ZoneAnswers;
  readonly #failures = metrics.getMeter('filter').createCounter('filter.dnsbl.no_answer', {
    description: 'questions a black list did not answer',
  });

  constructor(tools: DialogueTools, zones: ZoneStates) {
    this.#tools = tools;
    this.#zones = zones;
    this.#answers = new ZoneAnswers(tools.resolver);
  }

  async check(request: CheckRequest): Promise<CheckReply> {
    return (await this.#judge(request)).reply;
  }

  async #judge(request: CheckRequest): Promise<TriedReply> {
    const settings = this.#tools.current('dnsbl');
    const clientAddress = plainAddress(request.clientAddress);
    const reversed = reversedName(clientAddress);
    if (reversed === null || settings.zones.length === 0) return ACCEPTED;
    if (this.#tools.isWhite(clientAddress)) return ACCEPTED;

    const deadline = Date.now() + settings.timeoutMs;
    const asked = settings.zones
      .filter((zone) => this.#zones.isAsked(zone, settings.onNoAnswer))
      .map((zone) => this.#ask(zone, reversed, clientAddress, deadline));
    const listed = await firstListing(asked);
    if (listed === null) return this.#notListed(await Promise.all(asked), settings);
    const { zone } = listed;
    const reason = await beforeDeadline(
      listingReason(this.#tools.resolver, zone, reversed),
      Math.min(deadline, Date.now() + MAX_REASON_WAIT_MS),
      null,
    );
    const why = reason === null ? '' : `: ${encodeForeign(reason, 220)}`;
    const text = `client [${printableForeign(clientAddress, 60)}] is listed by ${zone}${why}`;
    const reply: CheckReply = { result: 'reject', enhanced: '5.7.1', text: text.slice(0, 400), zone };
    return { reply, decidedBy: ['dnsbl.zones'] };
  }

  /** What is known of the zones counts; what they say now is not held for or against them. */
  tryOut(request: CheckRequest, current: DialogueTools['current']): Promise<TriedReply> {
    const zones: ZoneStates = {
      isAsked: (zone, onNoAnswer) => this.#zones.isAsked(zone, onNoAnswer),
      answered() {},
      failed() {},
    };
    return new DnsblCheck({ ...this.#tools, current }, zones).#judge(request);
  }

  async #ask(zone: string, reversed: string, clientAddress: string, deadline: number): Promise<ZoneAnswer> {
    const silence: ZoneAnswer = { kind: 'noAnswer', zone, why: 'no answer in time' };
    const asked = askZone(this.#answers, zone, reversed, clientAddress);
    const answer = await beforeDeadline(asked, deadline, silence);
    if (answer.kind === 'noAnswer') this.#failed(zone, answer.why);
    else this.#zones.answered(zone);
    return answer;
  }

  #failed(zone: string, why: string): void {
    this.#failures.add(1, { zone });
    this.#tools.log.debug({ zone, why }, 'a black list did not answer');
    this.#zones.failed(zone, why);
  }

  #notListed(answers: readonly ZoneAnswer[], { onNoAnswer }: DnsblSettings): TriedReply {
    const silent = answers.find((answer) => answer.kind === 'noAnswer');
    if (silent === undefined) return ACCEPTED;
    const decidedBy = ['dnsbl.onNoAnswer'];
    if (onNoAnswer === 'ignore') return { ...ACCEPTED, decidedBy };
    const text = `the black list ${silent.zone} does not answer`;
    const reply: CheckReply =
      onNoAnswer === 'reject'
        ? { result: 'reject', enhanced: '5.7.1', text, zone: silent.zone }
        : { result: 'defer', enhanced: '4.7.1', text: `${text}, please try again later` };
    return { reply, decidedBy };
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
