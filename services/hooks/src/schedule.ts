// When an event is told again, and how a hook stands after what was answered. Pure.
//
// An event that is not taken waits by itself, longer each time. A hook that takes nothing at all is tried with one event
// at a time, so that an address that is down costs little and nothing is given up early; as soon as it takes one, everything
// that waits is due.
import type { HookMessage, Standing, Told } from '@pochtar/store/hook';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** After the first attempt in vain, the second … As Standard Webhooks proposes; an event is tried for three days. */
const WAITS = [
  5 * SECOND,
  5 * MINUTE,
  HOUR / 2,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];
/** So many in vain in a row, and it is the address that is down. */
export const DOWN_AFTER = 5;
const FIRST_PAUSE = 5 * SECOND;
const LAST_PAUSE = 5 * MINUTE;
/** Nobody answers any more. */
const PAUSED_AFTER = 72 * HOUR;
const LONGEST_RETRY_AFTER = HOUR;

/** What came of one attempt. */
export interface Attempt {
  isTaken: boolean;
  /** Of HTTP; null: there was no answer. */
  status: number | null;
  answer: string;
  milliseconds: number;
  /** The address asks to be left alone for so long. */
  retryAfterMs: number | null;
}

/** RFC 9110 §15.5.11: 410, it is gone for good. */
const GONE = 410;

export function toldOf(message: HookMessage, attempt: Attempt, now: Date): Told {
  const { isTaken, status, answer } = attempt;
  const wait = WAITS[Math.min(message.attempts, WAITS.length - 1)] as number;
  const dueAt = new Date(now.getTime() + wait);
  const state = isTaken ? 'sent' : dueAt > message.expiresAt ? 'givenUp' : 'waiting';
  return { id: message.id, state, dueAt, at: now, status, answer };
}

export interface Before {
  failures: number;
  failingSince: Date | null;
}

/** `attempts`: in the order in which they ended. */
export function standingAfter(before: Before, attempts: readonly Attempt[], now: Date): Standing {
  let { failures, failingSince } = before;
  let lastFault: string | null = null;
  let isRecovered = false;
  for (const { isTaken, status, answer } of attempts) {
    if (isTaken) isRecovered ||= failures >= DOWN_AFTER;
    failures = isTaken ? 0 : failures + 1;
    failingSince = isTaken ? null : (failingSince ?? now);
    lastFault = isTaken ? null : faultText(status, answer);
  }
  const isGone = attempts.some(({ status }) => status === GONE);
  const isDown = failures >= DOWN_AFTER;
  const isOver = isDown && failingSince !== null && now.getTime() - failingSince.getTime() >= PAUSED_AFTER;
  const asked = Math.max(0, ...attempts.map(({ retryAfterMs }) => retryAfterMs ?? 0));
  const pause = isDown ? Math.min(LAST_PAUSE, FIRST_PAUSE * 2 ** (failures - DOWN_AFTER)) : 0;
  const wait = Math.max(pause, Math.min(asked, LONGEST_RETRY_AFTER));
  return {
    ...{ failures, failingSince, lastFault, isRecovered },
    nextAt: wait > 0 ? new Date(now.getTime() + wait) : null,
    lastSuccessAt: attempts.some(({ isTaken }) => isTaken) ? now : null,
    isPaused: isGone || isOver,
  };
}

function faultText(status: number | null, answer: string): string {
  return status === null ? answer : `HTTP ${status} ${answer}`.trim();
}
