// The texts that listings copy (ENVELOPE, BODYSTRUCTURE, …) are made when a mail is stored. What an older version of the
// code made is made anew from the bodies, after an update, in the background: a few at a time by one replica, with as
// much rest as work. It begins anew at each start and now and then, and ends when nothing older is left.
import { setTimeout as delay } from 'node:timers/promises';
import { describeContent, MailScanner } from '@pochtar/mail';
import { BlobMissing } from '@pochtar/store/blob';
import {
  asTextMaker,
  deliveredSize,
  headerShift,
  type NewTexts,
  type OldTexts,
  oldTexts,
  streamDelivered,
  writeTexts,
} from '@pochtar/store/content';
import type { Tools } from './tools.ts';

type Parts = Pick<Tools, 'db' | 'blobs' | 'log'>;

const SLICE = 50;
/** A slice holds a connection, and ends early when bodies come slowly. */
const SLICE_MS = 1000;
const MIN_REST_MS = 100;
const FIRST = '00000000-0000-0000-0000-000000000000';

/** Rebuilds now, and every `seconds` looks whether something older is left, until it is disposed. */
export function startTextRebuild(tools: Parts, seconds: number): AsyncDisposable {
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let isRunning = false;
  const run = (): void => {
    if (isRunning) return;
    isRunning = true;
    running = rebuildTexts(tools, stopping.signal)
      .then((made) => {
        if (made > 0) tools.log.info({ made }, 'texts of older versions were made anew');
      })
      .catch((error: unknown) => {
        tools.log.warn({ err: error }, 'texts of older versions are made anew later');
      })
      .finally(() => {
        isRunning = false;
      });
  };
  run();
  const timer = setInterval(run, seconds * 1000);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      stopping.abort();
      await running;
    },
  };
}

/** Goes through all contents with older texts once; ends early when another replica is at it. Answers how many. */
export async function rebuildTexts(tools: Parts, signal: AbortSignal): Promise<number> {
  const progress = { made: 0, after: FIRST };
  while (!signal.aborted) {
    const started = performance.now();
    const isMore = await asTextMaker(tools.db, async (tx) => {
      const found = await oldTexts(tx, progress.after, SLICE);
      const texts: NewTexts[] = [];
      for (const old of found) {
        if (signal.aborted || performance.now() - started > SLICE_MS) break;
        // Whatever becomes of it: it is not looked at again before the next round.
        progress.after = old.id;
        const made = await makeTexts(tools, old);
        if (made) texts.push(made);
      }
      if (texts.length > 0) await writeTexts(tx, texts);
      progress.made += texts.length;
      return found.length > 0;
    });
    if (isMore !== true) break;
    const rest = Math.max(MIN_REST_MS, performance.now() - started);
    await delay(rest, undefined, { signal }).catch(() => undefined);
  }
  return progress.made;
}

async function makeTexts({ blobs, log }: Parts, old: OldTexts): Promise<NewTexts | null> {
  const unedited = { ...old, prefix: null, removed: null };
  const scan = async (...parts: Parameters<typeof streamDelivered>) => {
    const scanner = new MailScanner();
    for await (const chunk of streamDelivered(...parts)) scanner.write(chunk);
    return describeContent(scanner.end());
  };
  try {
    const body = await scan(blobs, unedited);
    // Part ranges are those of the stored body; what readers see of the header may have been edited.
    const isEdited = deliveredSize(old) !== old.blob.length || old.prefix !== null || old.removed !== null;
    const end = body.headerLength + headerShift(old);
    return { old, body, header: isEdited ? await scan(blobs, old, { start: 0, end }) : body };
  } catch (error) {
    if (!(error instanceof BlobMissing)) throw error;
    log.warn({ content: old.id }, 'the texts of a body that is nowhere stay as they are');
    return null;
  }
}
