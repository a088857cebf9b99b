/** Where something stands in a script; both count from 1, in characters. */
export interface Place {
  line: number;
  column: number;
}

/** A script that cannot be used, or a run of one that cannot go on. The message says what and why, not where. */
export class SieveError extends Error {
  override name = 'SieveError';
  readonly place: Place;

  constructor(place: Place, message: string) {
    super(message);
    this.place = place;
  }
}
