// Whether a mail has lost its event (architecture §6). Pure.
//
// A step's queue is a line: what was published before the oldest message that still waits has been handed out. A mail
// whose event is owed since before that, that has not moved and that nobody has in hand, has none. One that is in hand
// for long hides no other. A mail behind a backlog has its event in the line and is left alone, however long it waits.
// After the stream was made anew, everything that was owed before is lost, and known to be: nobody waits for its age. What
// is told a second time because its event was on the way just then finds nothing to do.

export interface Owed {
  /** Since when the event is owed: it was published a moment after this. */
  stepAt: Date;
  now: Date;
  /** When the oldest message that nobody has in hand was published; null: there is none. */
  oldestWaitingAt: Date | null;
  /** A consumer has its event. */
  isInHand: boolean;
  streamCreatedAt: Date;
  /** How long an event may be on its way, in a stream that was there all the time, before anybody asks. */
  minAgeSeconds: number;
}

/** Row and stream have different clocks, and the commit comes before the publish. */
const CLEARLY_MS = 10_000;

export function isLost({
  stepAt,
  now,
  oldestWaitingAt,
  isInHand,
  streamCreatedAt,
  minAgeSeconds,
}: Owed): boolean {
  const owedAt = stepAt.getTime();
  if (isInHand) return false;
  if (streamCreatedAt.getTime() > owedAt) return true;
  if (now.getTime() - owedAt <= minAgeSeconds * 1000) return false;
  return oldestWaitingAt === null || oldestWaitingAt.getTime() > owedAt + CLEARLY_MS;
}
