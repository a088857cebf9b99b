// A question that takes its time: who answers tells of its progress at a subject that only the asker hears, and the asker
// can take the question back. Bounded on both sides: so many events, so many bytes, so long.
//
// The subject is named in the request. `progress.<asker>.<id>`: each program may hear its own ones, and what answers
// may publish to those of its askers only (infra/native/src/nats-users.ts). The id cannot be guessed.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Bus } from './bus.ts';

export const progressInbox = z.string().regex(/^progress\.[a-z0-9-]{1,40}\.[0-9a-f-]{36}$/);

/** Of one question. */
export const PROGRESS_LIMITS = { events: 300, bytes: 128 * 1024 } as const;

class Allowance {
  #events = 0;
  #bytes = 0;

  /** Whether there is room for one more. */
  takes(text: string): boolean {
    if (++this.#events > PROGRESS_LIMITS.events) return false;
    this.#bytes += Buffer.byteLength(text);
    return this.#bytes <= PROGRESS_LIMITS.bytes;
  }
}

export interface ProgressInbox extends Disposable {
  /** Goes with the request. */
  readonly subject: string;
  /** Takes the question back. */
  cancel(): void;
}

/** Hears of the progress of one question, until it is disposed of. What does not fit the schema is left out. */
export function progressAt<Event>(
  bus: Bus,
  schema: z.ZodType<Event>,
  onEvent: (event: Event) => void,
): ProgressInbox {
  const subject = `progress.${bus.user}.${randomUUID()}`;
  const allowance = new Allowance();
  const subscription = bus.connection.subscribe(subject, {
    callback: (error, message) => {
      if (error !== null) return;
      const text = message.string();
      if (!allowance.takes(text)) return;
      const event = schema.safeParse(parsed(text));
      if (event.success) onEvent(event.data);
    },
  });
  return {
    subject,
    cancel: () => bus.connection.publish(`${subject}.cancel`),
    [Symbol.dispose]: () => subscription.unsubscribe(),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export interface Progress<Event> {
  /** Tells the asker; what is over the bounds is left out. */
  readonly report: (event: Event) => void;
  /** The asker does not want it any more, or its time is over. */
  readonly signal: AbortSignal;
}

/** Does the work of one question; resolves as it does. */
export async function withProgress<Event, Result>(
  bus: Bus,
  subject: string,
  timeoutMs: number,
  work: (progress: Progress<Event>) => Promise<Result>,
): Promise<Result> {
  const ended = new AbortController();
  const allowance = new Allowance();
  const timer = setTimeout(() => ended.abort(new Error('time is over')), timeoutMs);
  const subscription = bus.connection.subscribe(`${progressInbox.parse(subject)}.cancel`, {
    max: 1,
    callback: () => ended.abort(new Error('cancelled')),
  });
  try {
    return await work({
      signal: ended.signal,
      report(event) {
        const text = JSON.stringify(event);
        if (!bus.connection.isClosed() && allowance.takes(text)) bus.connection.publish(subject, text);
      },
    });
  } finally {
    clearTimeout(timer);
    subscription.unsubscribe();
  }
}
