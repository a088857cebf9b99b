// What the zones have answered, kept for as long as they allow: an address by its TTL, its absence by the zone's SOA. Bounded in
// time and number; questions under way are shared, failures are not kept.
import type { Resolver } from '@pochtar/runtime';

/** However long a zone allows: a listing is taken back sooner or later. */
const LONGEST_S = 3600;
/** Of a zone whose SOA does not say. */
const UNSAID_S = 10;
const SOA_KEPT_MS = 3_600_000;
const MOST = 50_000;

type Asks = Pick<Resolver, 'withTtl' | 'negativeTtl'>;

interface Found {
  address: string;
  ttl: number;
}

interface Kept {
  codes: Promise<Found[]>;
  asked: number;
  until: number;
}

export class ZoneAnswers {
  readonly #resolver: Asks;
  readonly #most: number;
  readonly #kept = new Map<string, Kept>();
  readonly #negative = new Map<string, { seconds: number; until: number }>();

  constructor(resolver: Asks, most = MOST) {
    this.#resolver = resolver;
    this.#most = most;
  }

  /** The addresses of a name in a zone, not older than `maxAgeMs`. Throws where there is no answer. */
  async codes(name: string, zone: string, maxAgeMs = Number.POSITIVE_INFINITY): Promise<string[]> {
    const question = `${name}.${zone}`;
    const now = Date.now();
    const known = this.#kept.get(question);
    if (known !== undefined && known.until > now && now - known.asked <= maxAgeMs)
      return codesOf(await known.codes);
    const kept: Kept = {
      codes: this.#resolver.withTtl(question),
      asked: now,
      until: Number.POSITIVE_INFINITY,
    };
    this.#keep(question, kept);
    try {
      const found = await kept.codes;
      const keepFor = (seconds: number): void => {
        kept.until = Date.now() + Math.min(seconds, LONGEST_S) * 1000;
      };
      // RFC 2308 §5: that a name is not there is kept as long as the SOA of its zone says. Nobody waits for that.
      if (found.length === 0) void this.#negativeSeconds(zone).then(keepFor);
      else keepFor(Math.min(...found.map(({ ttl }) => ttl)));
      return codesOf(found);
    } catch (error) {
      if (this.#kept.get(question) === kept) this.#kept.delete(question);
      throw error;
    }
  }

  async #negativeSeconds(zone: string): Promise<number> {
    const known = this.#negative.get(zone);
    if (known !== undefined && known.until > Date.now()) return known.seconds;
    const seconds = (await this.#resolver.negativeTtl(zone).catch(() => null)) ?? UNSAID_S;
    // Zones are those of the settings, now or before: a few.
    if (this.#negative.size >= 256) this.#negative.clear();
    this.#negative.set(zone, { seconds, until: Date.now() + SOA_KEPT_MS });
    return seconds;
  }

  #keep(question: string, kept: Kept): void {
    this.#kept.delete(question);
    this.#kept.set(question, kept);
    if (this.#kept.size <= this.#most) return;
    const oldest = this.#kept.keys().next();
    if (!oldest.done) this.#kept.delete(oldest.value);
  }
}

function codesOf(found: readonly Found[]): string[] {
  return found.map(({ address }) => address);
}
