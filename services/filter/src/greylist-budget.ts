// How many new triplets are remembered: made-up senders must not fill the database. Over the budget an unknown sender is
// put off without a row: who comes again later finds room. What has a row already is not concerned. Pure; `now` in ms.

const MINUTE_MS = 60_000;
/** Of one network (a /24 or a /64) in a minute. */
const PER_NETWORK = 120;
/** Of all networks together in a minute: at the default hours of remembering about two million rows at the most. */
const IN_ALL = 6000;

export class GreylistBudget {
  #minute = 0;
  #spent = 0;
  readonly #byNetwork = new Map<string, number>();

  hasRoomFor(network: string, now: number): boolean {
    this.#begin(now);
    return this.#spent < IN_ALL && (this.#byNetwork.get(network) ?? 0) < PER_NETWORK;
  }

  /** A triplet of this network was remembered. */
  spend(network: string, now: number): void {
    this.#begin(now);
    this.#spent++;
    this.#byNetwork.set(network, (this.#byNetwork.get(network) ?? 0) + 1);
  }

  #begin(now: number): void {
    const minute = Math.floor(now / MINUTE_MS);
    if (minute === this.#minute) return;
    this.#minute = minute;
    this.#spent = 0;
    this.#byNetwork.clear();
  }
}
