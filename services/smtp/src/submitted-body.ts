// The payload of a login's mail on its way to the body: its header is held back until it is whole, and passed on
// completed, so that what is stored is final.
import { DEFAULT_SCAN_LIMITS } from '@pochtar/mail';
import type { BodyMemory, IncomingBody } from '@pochtar/service';
import { completeHeader, type Submission } from './complete-header.ts';
import type { DataSink } from './smtp-reader.ts';

/** A longer header is passed on as it is: the scan finds it too large, and the mail is refused. */
const MAX_HELD = DEFAULT_SCAN_LIMITS.headerReach;
const FIRST_HELD = 4096;
const LINE_END = Buffer.from('\r\n');
const HEADER_END = Buffer.from('\r\n\r\n');

export class SubmittedBody implements DataSink {
  readonly #body: IncomingBody;
  readonly #memory: BodyMemory;
  readonly #submission: Submission;
  #held: Buffer | null = Buffer.alloc(0);
  #length = 0;
  #received = 0;
  /** What was added in front; known when the header has ended. */
  addedFields = 0;
  addedBytes = 0;

  constructor(body: IncomingBody, memory: BodyMemory, submission: Submission) {
    this.#body = body;
    this.#memory = memory;
    this.#submission = submission;
  }

  get received(): number {
    return this.#received;
  }

  get busy(): Promise<void> | null {
    return this.#body.busy;
  }

  /** Line ends are CRLF: the payload of a login is normalised. */
  write(payload: Buffer): void {
    this.#received += payload.length;
    if (this.#held === null) return this.#body.write(payload);
    this.#hold(payload);
    const end = headerEnd(this.#held.subarray(0, this.#length), this.#length - payload.length);
    if (end >= 0) this.#passOn(end);
    else if (this.#length > MAX_HELD) this.#passOn(null);
  }

  /** The payload has ended; a header without a blank line behind it is one, too. */
  end(): void {
    if (this.#held !== null) this.#passOn(this.#length);
  }

  /** Gives its memory back; harmless when called twice. */
  discard(): void {
    this.#memory.used -= this.#held?.length ?? 0;
    this.#held = null;
  }

  #hold(payload: Buffer): void {
    let held = this.#held as Buffer;
    const needed = this.#length + payload.length;
    if (needed > held.length) {
      const larger = Buffer.allocUnsafe(Math.max(FIRST_HELD, needed, 2 * held.length));
      held.copy(larger, 0, 0, this.#length);
      this.#memory.used += larger.length - held.length;
      held = this.#held = larger;
    }
    payload.copy(held, this.#length);
    this.#length = needed;
  }

  /** `end`: where the fields end in what is held; null: nobody will read that header. */
  #passOn(end: number | null): void {
    const all = (this.#held as Buffer).subarray(0, this.#length);
    this.discard();
    if (end === null) return this.#body.write(all);
    const { added, addedFields, kept } = completeHeader(all.subarray(0, end), this.#submission);
    this.addedFields = addedFields;
    this.addedBytes = added.length;
    this.#body.insert(added);
    for (const part of [...kept, all.subarray(end)]) if (part.length > 0) this.#body.write(part);
  }
}

/** Where the blank line begins, looking only where it can have come with the bytes from `from` on; -1: not there yet. */
function headerEnd(text: Buffer, from: number): number {
  if (text.subarray(0, LINE_END.length).equals(LINE_END)) return 0;
  const found = text.indexOf(HEADER_END, Math.max(0, from - HEADER_END.length + 1));
  return found < 0 ? -1 : found + LINE_END.length;
}
