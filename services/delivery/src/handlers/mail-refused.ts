// mail.refused -> trace.refusal: counted by minute, in batches. Heard by one replica of the group as it happens: what is refused while
// no delivery runs is in the log of smtp, and nobody's mail depends on it.
import { type MailRefused, mailRefused } from '@pochtar/bus';
import { gather } from '@pochtar/runtime';
import { recordRefusals } from '@pochtar/store/trace';
import type { Tools } from '../tools.ts';

const MAX_BATCH = 500;
/** Refusals that may wait for the database; a flood beyond it is dropped and counted in the log. */
const MAX_WAITING = 10_000;

export function recordRefused(tools: Tools): Disposable {
  let waiting = 0;
  let dropped = 0;
  const record = gather<MailRefused, undefined>(
    async (batch) => {
      await recordRefusals(
        tools.db,
        batch.map((refusal) => ({ ...refusal, at: new Date(refusal.at) })),
      );
      return batch.map(() => undefined);
    },
    { maxItems: MAX_BATCH },
  );
  const subscription = tools.bus.connection.subscribe(mailRefused.name, {
    queue: 'delivery',
    callback(error, message) {
      if (error) return tools.log.warn({ reason: String(error) }, 'refusals are not heard');
      const parsed = mailRefused.schema.safeParse(readJson(message.string()));
      if (!parsed.success || waiting >= MAX_WAITING) {
        dropped++;
        return;
      }
      waiting++;
      record(parsed.data)
        .catch((failure: unknown) =>
          tools.log.warn({ reason: String(failure) }, 'a refusal was not recorded'),
        )
        .finally(() => {
          waiting--;
          if (waiting > 0 || dropped === 0) return;
          tools.log.warn({ dropped }, 'refusals were dropped');
          dropped = 0;
        });
    },
  });
  return { [Symbol.dispose]: () => subscription.unsubscribe() };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
