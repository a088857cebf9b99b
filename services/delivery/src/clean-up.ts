// What grows by itself is cleaned up: old trace, mail that was in the quarantine for too long, contents and packs that
// nothing refers to, packs whose writer died, expunges that no client will ask for. Every few minutes, in small statements,
// until the process `tasks` does it. Each part by itself: one that fails is told and tried again the next time. Any number
// of replicas may do it.
import { setTimeout as delay } from 'node:timers/promises';
import { collectDead, findOrphanPacks, sealOrphanPack } from '@pochtar/store/blob';
import { forgetLogins } from '@pochtar/store/lists';
import { forgetFarSides, forgetStsPolicies } from '@pochtar/store/queue';
import { pruneExpunged } from '@pochtar/store/mailbox';
import { forgetRuleMemory } from '@pochtar/store/rules';
import { forgetTasks } from '@pochtar/store/task';
import { forgetTlsSessions, forgetTrace } from '@pochtar/store/trace';
import { expireQuarantine } from './quarantine/expire.ts';
import type { Tools } from './tools.ts';

/** Longer than any transaction may live: whoever still makes a reference has made it by then. */
const GRACE_HOURS = 24;
const EXPUNGED = { most: 20_000, kept: 10_000 };
/** MTA-STS policies of other domains. */
const MAX_POLICIES = 100_000;
/** A report is of the day before (RFC 8460 §4.1), and may be late. */
const TLS_DAYS = 14;
const SLICE = 5000;
/** Between two slices of one part, so that mail goes first. */
const BREATH_MS = 50;

type Part = (tools: Tools, signal: AbortSignal) => Promise<number>;

const PARTS: Record<string, Part> = {
  trace: ({ db, settings }, signal) =>
    inSlices((limit) => forgetTrace(db, settings.current('trace').keepDays, limit), signal),
  quarantine: expireQuarantine,
  tlsPolicies: ({ db }, signal) => inSlices((limit) => forgetStsPolicies(db, MAX_POLICIES, limit), signal),
  farSides: ({ db }, signal) => inSlices((limit) => forgetFarSides(db, limit), signal),
  tlsSessions: ({ db }, signal) => inSlices((limit) => forgetTlsSessions(db, TLS_DAYS, limit), signal),
  ruleMemory: ({ db }, signal) => inSlices((limit) => forgetRuleMemory(db, limit), signal),
  tasks: ({ db }, signal) => inSlices((limit) => forgetTasks(db, limit), signal),
  logins: ({ db }, signal) => inSlices((limit) => forgetLogins(db, limit), signal),
  expunged: ({ db }, signal) => pruneExpunged(db, EXPUNGED, signal),
  orphans: sealOrphans,
  dead: collect,
};

/** All parts once. */
export async function cleanUp(tools: Tools, signal: AbortSignal): Promise<void> {
  for (const [part, work] of Object.entries(PARTS)) {
    if (signal.aborted) return;
    try {
      const removed = await work(tools, signal);
      if (removed > 0) tools.log.info({ part, removed }, 'cleaned up');
    } catch (error) {
      tools.log.warn({ part, err: error }, 'cleaning up is tried again later');
    }
  }
}

/** Until a slice is not full: however much has gathered, it all goes. */
async function inSlices(remove: (limit: number) => Promise<number>, signal: AbortSignal): Promise<number> {
  for (let gone = 0; ; await delay(BREATH_MS)) {
    const slice = await remove(SLICE);
    gone += slice;
    if (slice < SLICE || signal.aborted) return gone;
  }
}

async function sealOrphans({ db, blobs, log }: Tools, signal: AbortSignal): Promise<number> {
  let sealed = 0;
  for (const pack of await findOrphanPacks({ db, now: new Date() })) {
    if (signal.aborted) break;
    const outcome = await sealOrphanPack(db, blobs.volumes, pack);
    if (outcome.kind === 'missing' && outcome.contents > 0)
      log.error({ pack, contents: outcome.contents }, 'a pack with mail is not on its volume');
    if (outcome.kind === 'sealed') sealed++;
  }
  return sealed;
}

async function collect({ db, blobs, log }: Tools, signal: AbortSignal): Promise<number> {
  const { contents, packs, failed } = await collectDead(db, blobs, new Date(), GRACE_HOURS, signal);
  for (const { packId, error } of failed)
    log.warn({ pack: packId, err: error }, 'an empty pack stays for now');
  return contents + packs;
}
