// Memory for messages that come slowly: a few thousand strangers who each send the beginning of a large one must not take
// more than this together. Small ones, which are all that mail clients send, are not counted.
import { Refused } from '../protocol/result.ts';

/** Octets that every session may have of its own. */
const UNCOUNTED = 4096;
const ROOM = 32 * 1024 * 1024;

export class MessageRoom {
  readonly #size: number;
  #used = 0;

  constructor(size = ROOM) {
    this.#size = size;
  }

  /** Until it is disposed of. Throws `Refused` when there is none left. */
  take(octets: number): Disposable {
    const counted = octets > UNCOUNTED ? octets : 0;
    if (this.#used + counted > this.#size) {
      throw new Refused('busy', 'too many large messages are under way, try again later');
    }
    this.#used += counted;
    return { [Symbol.dispose]: () => void (this.#used -= counted) };
  }
}
