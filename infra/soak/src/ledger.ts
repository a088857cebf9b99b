// What was promised of each token, and what was found of it. A token is a mail or a message that the load made; the
// ledger says how often it may stand at each place, given the answers that the server gave.

/** `mailbox anna@demo.test`, `far side`, `notice anna@demo.test`. */
export type Place = string;

export interface Expectation {
  token: string;
  place: Place;
  /** Promised: fewer is loss. */
  least: number;
  /** More is doubling. */
  most: number;
  /** It was told that the flag is set. */
  isFlagged?: boolean;
}

/** How often each token was found, by place; flags of those that carry one. */
export interface Findings {
  counts: Map<Place, Map<string, number>>;
  flagged: Set<string>;
}

export interface Audit {
  lost: string[];
  doubled: string[];
  /** Tokens of this round that nobody expected where they are. */
  strange: string[];
  /** Flags that were acknowledged and are not there. */
  unflagged: string[];
}

export class Ledger {
  readonly #expected = new Map<string, Expectation>();

  expect(expectation: Expectation): void {
    this.#expected.set(`${expectation.place} ${expectation.token}`, expectation);
  }

  get size(): number {
    return this.#expected.size;
  }

  /** Everything that was promised is there. */
  isFulfilled({ counts }: Findings): boolean {
    for (const { token, place, least } of this.#expected.values())
      if ((counts.get(place)?.get(token) ?? 0) < least) return false;
    return true;
  }

  audit({ counts, flagged }: Findings): Audit {
    const audit: Audit = { lost: [], doubled: [], strange: [], unflagged: [] };
    for (const { token, place, least, most, isFlagged } of this.#expected.values()) {
      const found = counts.get(place)?.get(token) ?? 0;
      if (found < least) audit.lost.push(`${place} ${token}: ${found} of ${least}`);
      if (found > most) audit.doubled.push(`${place} ${token}: ${found}, at most ${most}`);
      if (isFlagged && found > 0 && !flagged.has(token)) audit.unflagged.push(`${place} ${token}`);
    }
    for (const [place, tokens] of counts)
      for (const token of tokens.keys())
        if (!this.#expected.has(`${place} ${token}`)) audit.strange.push(`${place} ${token}`);
    return audit;
  }
}

export function isClean(audit: Audit): boolean {
  return Object.values(audit).every((list: string[]) => list.length === 0);
}
