// The zones of the settings as all replicas know them: rows of Postgres, looked after by whichever replica finds one due. What a
// replica finds it tells the others; a lost word costs some seconds.
import { type Bus, dnsblChanged } from '@pochtar/bus';
import type { Logger, Resolver } from '@pochtar/runtime';
import type { DnsblSettings } from '@pochtar/settings';
import type { Queryable } from '@pochtar/store/db';
import {
  claimDnsblZones,
  type DnsblZone,
  type DueZone,
  forgetDnsblRefusals,
  forgetDnsblZones,
  hastenDnsblCheck,
  readDnsblZones,
  saveDnsblZone,
} from '@pochtar/store/lists';
import { checkZone } from './check-zone.ts';
import { type Finding, nextHealth, secondsUntilNext } from './zone-health.ts';

const LOOK_EVERY_MS = 5000;
const FORGET_EVERY_MS = 10 * 60_000;
const HASTEN_EVERY_MS = 5000;
/** Of a zone that answers its test points: so many questions about clients in a row, over so long, that it does not. */
const FAILURES = 5;
const FAILING_MS = 60_000;

/** What a question needs to know of the zones. */
export interface ZoneStates {
  isAsked(zone: string, onNoAnswer: DnsblSettings['onNoAnswer']): boolean;
  answered(zone: string): void;
  failed(zone: string, why: string): void;
}

export interface WatchedZonesTools {
  db: Queryable;
  bus: Bus;
  resolver: Resolver;
  log: Logger;
  current: () => DnsblSettings;
}

export class WatchedZones implements ZoneStates, AsyncDisposable {
  readonly #tools: WatchedZonesTools;
  readonly #timers: NodeJS.Timeout[];
  readonly #hints: { stop(): unknown };
  #known = new Map<string, DnsblZone>();
  /** Failures in a row of questions about clients. */
  readonly #failing = new Map<string, { count: number; since: number }>();
  readonly #hastened = new Map<string, number>();
  readonly #underWay = new Set<Promise<void>>();
  #round: Promise<void> | null = null;
  #again = false;

  constructor(tools: WatchedZonesTools) {
    this.#tools = tools;
    this.#hints = tools.bus.subscribe(dnsblChanged, () => this.look());
    this.#timers = [
      setInterval(() => this.look(), LOOK_EVERY_MS).unref(),
      setInterval(() => this.#inTurn(() => this.#forget()), FORGET_EVERY_MS).unref(),
    ];
    this.look();
  }

  /** Zones that are left out now. */
  get suspended(): number {
    const { onNoAnswer, zones } = this.#tools.current();
    return zones.filter((zone) => !this.isAsked(zone, onNoAnswer)).length;
  }

  /** With `reject` an administrator wants silence to refuse; what lists everybody says nothing of anybody. */
  isAsked(zone: string, onNoAnswer: DnsblSettings['onNoAnswer']): boolean {
    const known = this.#known.get(zone);
    if (known?.state !== 'suspended') return true;
    return onNoAnswer === 'reject' && known.fault !== 'listsEverybody';
  }

  answered(zone: string): void {
    this.#failing.delete(zone);
  }

  failed(zone: string, why: string): void {
    const now = Date.now();
    const run = this.#failing.get(zone) ?? { count: 0, since: now };
    run.count++;
    this.#failing.set(zone, run);
    if (now - (this.#hastened.get(zone) ?? 0) >= HASTEN_EVERY_MS) {
      this.#hastened.set(zone, now);
      this.#inTurn(async () => {
        await hastenDnsblCheck(this.#tools.db, zone);
        this.look();
      });
    }
    if (run.count < FAILURES || now - run.since < FAILING_MS) return;
    this.#failing.delete(zone);
    this.#inTurn(() => this.#suspend(zone, why));
  }

  /** Looks at what is due, and reads what the others found. One round at a time: words that come meanwhile are one more. */
  look(): void {
    this.#again = true;
    this.#round ??= this.#rounds().finally(() => {
      this.#round = null;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#hints.stop();
    this.#again = false;
    await Promise.all([this.#round, ...this.#underWay]);
  }

  async #rounds(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      try {
        await this.#lookOnce();
      } catch (error) {
        this.#tools.log.warn({ err: error }, 'how the black lists are cannot be read; what is known goes on');
      }
    }
  }

  async #lookOnce(): Promise<void> {
    const { db } = this.#tools;
    const { zones, timeoutMs } = this.#tools.current();
    if (zones.length > 0) {
      const due = await claimDnsblZones(db, zones, Math.ceil(timeoutMs / 1000) + 15);
      await Promise.all(due.map((zone) => this.#check(zone, timeoutMs)));
    }
    const rows = await readDnsblZones(db, zones);
    this.#known = new Map(rows.map((row) => [row.zone, row]));
  }

  async #check(known: DueZone, timeoutMs: number): Promise<void> {
    const { resolver } = this.#tools;
    await this.#take(known, await checkZone(resolver, known.zone, timeoutMs));
  }

  async #take({ hasListed, now, ...known }: DueZone, finding: Finding): Promise<void> {
    const { db, bus, log } = this.#tools;
    const next = nextHealth(known, finding, { now, hasListed });
    await saveDnsblZone(db, next, secondsUntilNext(next));
    const { zone, state, fault, why } = next;
    if (state === known.state && fault === known.fault) return;
    if (state !== 'good') log.warn({ zone, state, fault, why }, 'a black list is not as it should be');
    else if (known.state !== 'unknown') log.info({ zone }, 'a black list is well again');
    bus.emit(dnsblChanged, { zone, state, fault });
  }

  /** It answers its test points and nothing else. */
  async #suspend(zone: string, why: string): Promise<void> {
    const { db, bus, log } = this.#tools;
    const known = (await readDnsblZones(db, [zone]))[0];
    if (known === undefined || known.state === 'suspended') return;
    const now = new Date();
    const next: DnsblZone = {
      ...known,
      ...{ state: 'suspended', fault: 'silent', why, since: now, badSince: now, goodChecks: 0 },
      ...{
        faultyFrom: known.faultyUntil === null && known.faultyFrom ? known.faultyFrom : now,
        faultyUntil: null,
      },
    };
    await saveDnsblZone(db, next, secondsUntilNext(next));
    log.warn({ zone, why }, 'a black list keeps failing');
    bus.emit(dnsblChanged, { zone, state: next.state, fault: next.fault });
    this.look();
  }

  /** Beside the questions; its end is waited for. */
  #inTurn(work: () => Promise<void>): void {
    const done = work()
      .catch((error: unknown) =>
        this.#tools.log.warn({ err: error }, 'how a black list is could not be written'),
      )
      .finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
  }

  async #forget(): Promise<void> {
    await forgetDnsblZones(this.#tools.db, this.#tools.current().zones);
    await forgetDnsblRefusals(this.#tools.db);
  }
}
