// mail.deliver: mails whose filters have passed. The plain ones go in batches, one statement for all that wait;
// what such a batch leaves is looked at one by one.
import { consumeStep } from '@pochtar/bus';
import { gather, Semaphore, whenOften } from '@pochtar/runtime';
import { isTransient } from '@pochtar/service';
import { BlobMissing, VolumeError } from '@pochtar/store/blob';
import { cameToAnEnd, deliverPlain, keepMail, lockMail, parkMails, takeAlone } from '@pochtar/store/queue';
import { deliverOne, StillBusy } from '../deliver-one.ts';
import { notifyMailboxes } from '../notify-mailboxes.ts';
import { Aftermath } from '../settle.ts';
import type { Tools } from '../tools.ts';
import { Unreadable } from '../unreadable.ts';

/** Mails in one statement. */
const MAX_BATCH = 200;
/** While one batch is being committed the next one works. */
const BATCHES = 2;
/**
 * The longest that a mail waits for others where some came just before: the statement is planned anew each time, which is
 * several times what one mail takes.
 */
const TOGETHER_MS = 15;
const OFTEN_MS = 20;
/** Mails in hand; the two batches, and what gathers meanwhile. */
const CONCURRENCY = 600;
/** Of the pool's four connections: the others serve batches and senders. */
const SLOW_PATH = 2;

/** Consumes the step until it is disposed. */
export function consumeDeliveries(tools: Tools): AsyncDisposable {
  const plain = gather<string, boolean>((mails) => deliverBatch(tools, mails), {
    maxItems: MAX_BATCH,
    concurrency: BATCHES,
    patience: whenOften(TOGETHER_MS, OFTEN_MS),
  });
  const slow = new Semaphore(SLOW_PATH);
  const unreadable = new Unreadable();
  return consumeStep(
    tools.bus,
    'deliver',
    {
      async handle(mail) {
        if (await plain(mail)) return;
        await slow
          .run(() => deliverOne(tools, mail))
          .catch((error: unknown) => {
            if (!(error instanceof BlobMissing || error instanceof VolumeError)) throw error;
            return waitForBody(tools, mail, unreadable.note(mail), error);
          });
      },
      takeAlone: (mail) => takeAlone(tools.db, mail),
      cameToAnEnd: (mail) => cameToAnEnd(tools.db, mail),
      poison: (mail, reason) => holdPoison(tools, mail, reason),
      isTransient: (error) => error instanceof StillBusy || isTransient(error),
    },
    { concurrency: CONCURRENCY },
  );
}

/** Its volume is away, or its body nowhere, as on a disk that is not mounted: the mail waits, and holds up no other. */
async function waitForBody(tools: Tools, mail: string, seconds: number, error: Error): Promise<void> {
  const reason = `its body cannot be read: ${error.message}`;
  tools.log.warn({ mail, seconds, reason }, 'the mail waits');
  // Its event is acknowledged after this: the row alone knows that it comes back.
  await parkMails(tools.db, 'deliver', [{ mail, seconds, reason }]);
}

/** True for each mail that has left the queue; the others need a closer look, or were gone before. */
async function deliverBatch(tools: Tools, mails: string[]): Promise<(boolean | Error)[]> {
  try {
    const { finished, changed } = await deliverPlain(tools.db, [...new Set(mails)]);
    // The rows are committed: now the sessions may look.
    notifyMailboxes(tools.bus, changed);
    tools.metrics.plain.add(finished.length);
    const done = new Set(finished);
    return mails.map((mail) => done.has(mail));
  } catch (error) {
    // A mail that the database refuses must fail alone.
    if (mails.length === 1 || isTransient(error)) throw error;
  }
  const results: (boolean | Error)[] = [];
  for (const mail of mails) {
    results.push(...(await deliverBatch(tools, [mail]).catch((error: unknown) => [error as Error])));
  }
  return results;
}

async function holdPoison(tools: Tools, id: string, reason: string): Promise<void> {
  const after = new Aftermath();
  await tools.db.transaction(async (tx) => {
    const mail = await lockMail(tx, id);
    if (mail === null || mail.state !== 'active' || mail.step !== 'deliver') return;
    await keepMail(tx, id, 'poison', `delivery: ${reason}`);
    after.held(id, `delivery: ${reason}`);
    tools.log.error({ mail: id, reason }, 'the mail is held');
  });
  after.announce(tools);
}
