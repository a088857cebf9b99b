// Telling one hook what waits for it, while its lease is ours: in the order in which it happened, a few at a time.
import { hookPayload, type HookMessage, type HookTarget } from '@pochtar/store/hook';
import {
  dueMessages,
  leaseHook,
  LEASE_SECONDS,
  noteTold,
  releaseHook,
  renewHookLease,
  type Standing,
} from '@pochtar/store/hook';
import { hooksChanged } from '@pochtar/bus';
import { type Attempt, DOWN_AFTER, standingAfter, toldOf } from './schedule.ts';
import { signedHeaders } from './sign.ts';
import type { Tools } from './tools.ts';

/** Taken at once. */
const BATCH = 100;
const AT_A_TIME = 4;

/** Until nothing is due, the hook is down, or `signal` ends it. */
export async function tellHook(tools: Tools, id: number, signal: AbortSignal): Promise<void> {
  const { db, key, instance } = tools;
  const lost = new AbortController();
  const within = AbortSignal.any([signal, lost.signal]);
  const renewal = setInterval(
    () => {
      renewHookLease(db, id, instance).then(
        (isOurs) => !isOurs && lost.abort(),
        (error: unknown) =>
          tools.log.warn({ err: error, hook: id }, 'the lease of a web hook was not renewed'),
      );
    },
    (LEASE_SECONDS / 3) * 1000,
  );
  try {
    while (!within.aborted) {
      // Each time anew: it may have been changed meanwhile.
      const target = await leaseHook(db, key, id, instance);
      if (target === null || !(await tellSome(tools, target, within))) return;
    }
  } finally {
    clearInterval(renewal);
    await releaseHook(db, id, instance);
  }
}

/** One batch; whether to go on. */
async function tellSome(tools: Tools, target: HookTarget, signal: AbortSignal): Promise<boolean> {
  const isDown = target.failures >= DOWN_AFTER;
  const messages = await dueMessages(tools.db, target.id, isDown ? 1 : BATCH);
  if (messages.length === 0) return false;
  const ended = await postAll(tools, target, messages, signal);
  if (ended.length === 0) return false;
  const now = new Date();
  const standing = standingAfter(
    target,
    ended.map(({ attempt }) => attempt),
    now,
  );
  const told = ended.map(({ message, attempt }) => toldOf(message, attempt, now));
  await noteTold(tools.db, target.id, told, standing);
  tell(tools, target, standing);
  return standing.nextAt === null && !standing.isPaused && !signal.aborted;
}

interface Ended {
  message: HookMessage;
  attempt: Attempt;
}

/** Begun in their order; not all of them when the address turns out to be down. What was cut off is not among them. */
async function postAll(
  tools: Tools,
  target: HookTarget,
  messages: readonly HookMessage[],
  signal: AbortSignal,
): Promise<Ended[]> {
  const ended: Ended[] = [];
  let { failures } = target;
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < messages.length && !signal.aborted && (failures < DOWN_AFTER || next === 0)) {
      const message = messages[next++] as HookMessage;
      const attempt = await postOne(tools, target, message, signal);
      if (attempt === null) return;
      failures = attempt.isTaken ? 0 : failures + 1;
      tools.attempts.add(1, { result: attempt.isTaken ? 'taken' : 'failed' });
      ended.push({ message, attempt });
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, messages.length) }, work));
  return ended;
}

async function postOne(
  tools: Tools,
  target: HookTarget,
  message: HookMessage,
  signal: AbortSignal,
): Promise<Attempt | null> {
  try {
    return await postEvent(tools, target, { id: message.id, payload: hookPayload(message) }, signal);
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}

/** Signed by every secret that counts. */
export function postEvent(
  { poster }: Pick<Tools, 'poster'>,
  { url, secrets }: HookTarget,
  { id, payload }: { id: string; payload: object },
  signal: AbortSignal,
): Promise<Attempt> {
  const body = JSON.stringify(payload);
  const headers = {
    ...signedHeaders(`msg_${id}`, body, secrets, new Date()),
    ...{ 'content-type': 'application/json', 'user-agent': 'Pochtar', accept: '*/*' },
  };
  return poster.post({ url, headers, body, signal });
}

function tell({ log, bus }: Tools, { id, name, failures }: HookTarget, standing: Standing): void {
  if (standing.isPaused) {
    log.error(
      { hook: id, name, fault: standing.lastFault },
      'a web hook is paused: its address takes no events',
    );
    bus.emit(hooksChanged, {});
  } else if (standing.isRecovered) {
    log.info({ hook: id, name }, 'a web hook takes events again');
    bus.emit(hooksChanged, {});
  } else if (standing.failures >= DOWN_AFTER && failures < DOWN_AFTER) {
    log.warn({ hook: id, name, fault: standing.lastFault }, 'a web hook takes no events');
    bus.emit(hooksChanged, {});
  }
}
