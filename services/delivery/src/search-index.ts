// Where searches need not look (ADR 41) is found out beside the mail, for mailboxes with so many messages that reading them
// takes long: block after block by one replica at a time, with as much rest as work, and hardly at all while mail comes. What
// is not there yet is read by whoever searches.
import { setTimeout as delay } from 'node:timers/promises';
import { Turn } from '@pochtar/runtime';
import type { Queryable } from '@pochtar/store/db';
import {
  asIndexMaker,
  fetchMessages,
  insertBlock,
  joinSmallBlocks,
  makeBlock,
  nextUnindexed,
  removeUselessBlocks,
  type SignedMessage,
  signMessage,
  SMALL_BLOCK,
  type Unindexed,
  unindexedUids,
} from '@pochtar/store/mailbox';
import type { Tools } from './tools.ts';

type Parts = Pick<Tools, 'db' | 'blobs' | 'log'>;

/** Fewer messages than this behind the last block of a mailbox are read by whoever searches. */
const LEAST = 256;
/** A block that grows slowly, since bodies come slowly, ends. */
const BLOCK_MS = 10_000;
const MIN_REST_MS = 20;
/** A process whose event loop is busier than this while the index rests has mail to deliver … */
const BUSY = 0.3;
/** … and is left alone for so long, again and again, but not for ever. */
const LONG_REST_MS = 5000;
const MAX_LONG_RESTS = 60;
const USELESS_AT_ONCE = 100;

/** What there is to do now; what fails is done in a later round. */
export async function keepIndex(tools: Parts, signal: AbortSignal): Promise<void> {
  try {
    const made = await makeIndex(tools, signal);
    if (made > 0) tools.log.info({ made }, 'messages were indexed for searches');
  } catch (error) {
    if (!signal.aborted) tools.log.warn({ err: error }, 'messages are indexed for searches later');
  }
}

/** Everything that is to be done, once; ends early when another replica is at it. Answers how many messages were indexed. */
export async function makeIndex(tools: Parts, signal: AbortSignal): Promise<number> {
  await asIndexMaker(tools.db, (tx) => removeUselessBlocks(tx, USELESS_AT_ONCE));
  const progress = { made: 0, after: 0 };
  while (!signal.aborted) {
    const started = performance.now();
    const isMore = await asIndexMaker(tools.db, (tx) => step(tools, tx, progress, signal));
    if (isMore !== true) break;
    await rest(performance.now() - started, signal);
  }
  return progress.made;
}

/** One block, or the joining of some. */
async function step(
  tools: Parts,
  tx: Queryable,
  progress: { made: number; after: number },
  signal: AbortSignal,
): Promise<boolean> {
  const next = await nextUnindexed(tx, progress.after, LEAST);
  if (next === null) return false;
  const uids = await unindexedUids(tx, next, SMALL_BLOCK);
  // Texts that are to be made anew first: the next round comes back to it.
  if (uids.length < LEAST) {
    progress.after = next.mailboxId;
    return true;
  }
  progress.made += await addBlock(tools, tx, next, uids, signal);
  await joinSmallBlocks(tx, next.mailboxId);
  return true;
}

async function addBlock(
  { blobs }: Parts,
  tx: Queryable,
  { mailboxId, lastUid }: Unindexed,
  uids: readonly number[],
  signal: AbortSignal,
): Promise<number> {
  const started = performance.now();
  const messages: SignedMessage[] = [];
  let rows = 0;
  let last = uids.at(-1) as number;
  const turn = new Turn();
  reading: for await (const page of fetchMessages(tx, mailboxId, uids, ['parts', 'stored'])) {
    for (const [at, uid] of page.uids.entries()) {
      signal.throwIfAborted();
      const signed = await signMessage(blobs, page.contents[at] as (typeof page.contents)[number], turn);
      rows += Math.max(1, signed.length);
      const isOver = rows > SMALL_BLOCK || performance.now() - started > BLOCK_MS;
      if (isOver && messages.length > 0) break reading;
      messages.push({ uid, rows: signed });
      last = uid;
      if (turn.isOver) await turn.pass();
    }
  }
  await insertBlock(tx, mailboxId, makeBlock(lastUid + 1, last, messages));
  return messages.length;
}

/** As long as the work took; longer while there is mail. */
async function rest(workedMs: number, signal: AbortSignal): Promise<void> {
  let pauseMs = Math.max(MIN_REST_MS, workedMs);
  for (let rests = 0; rests < MAX_LONG_RESTS && !signal.aborted; rests++) {
    const before = performance.eventLoopUtilization();
    await pause(pauseMs, signal);
    if (performance.eventLoopUtilization(before).utilization < BUSY) return;
    pauseMs = LONG_REST_MS;
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}
