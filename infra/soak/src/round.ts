// One round: a load, a fault in its middle, the load goes on, then everything has to come right by itself: every process
// ready, the queue empty, every promise kept, nothing twice, and new mail taken.
import { setTimeout as delay } from 'node:timers/promises';
import { DeadlineError, until } from '@pochtar/native';
import { endure, type Fault } from './faults.ts';
import { clientsWork } from './imap-work.ts';
import { type Audit, isClean, Ledger } from './ledger.ts';
import { emptyMailboxes, findTokens } from './mailboxes.ts';
import { queued } from './queued.ts';
import type { Rig } from './rig.ts';
import { peopleWrite, strangersWrite, type Work } from './smtp-work.ts';

export interface RoundOptions {
  /** Unique in the rig. */
  run: string;
  /** Load before the strike and after the fault has ended. */
  beforeMs?: number;
  afterMs?: number;
  /** From the end of the load until all must be well. */
  recoveryMs?: number;
  pauseMs?: Work['pauseMs'];
}

export interface RoundResult {
  run: string;
  fault: string;
  /** Promises in the ledger, and IMAP chains begun. */
  promises: number;
  chains: number;
  /** Seconds from the end of the load until all was well; null: it never was. */
  recoveredSeconds: number | null;
  /** What was not well when the time was over. */
  trouble: string[];
  audit: Audit;
  /** Mails that the far side got twice. */
  twiceFar: number;
  isClean: boolean;
}

const BEFORE_MS = 3000;
const AFTER_MS = 4000;
/** Some fifty mails a second in all: what waits after a fault is worked off in about the time that it lasted. */
const PAUSE_MS = { mail: 200, chain: 40 };
const RECOVERY_MS = 240_000;
const DRAIN_MS = 180_000;

export async function runRound(rig: Rig, fault: Fault, options: RoundOptions): Promise<RoundResult> {
  const ledger = new Ledger();
  let isOver = false;
  const { run, pauseMs = PAUSE_MS } = options;
  const work: Work = { run, ledger, pauseMs, isOver: () => isOver, deadline: Date.now() + DRAIN_MS };
  const under = Promise.all([strangersWrite(rig, work), peopleWrite(rig, work), clientsWork(rig, work)]);
  await delay(options.beforeMs ?? BEFORE_MS);
  await endure(rig, fault);
  await delay(options.afterMs ?? AFTER_MS);
  isOver = true;
  const [, , chains] = await under;
  const started = performance.now();
  const trouble = await recovery(rig, ledger, options.recoveryMs ?? RECOVERY_MS);
  const recoveredSeconds = trouble.length === 0 ? seconds(performance.now() - started) : null;
  const findings = await findTokens(rig);
  const audit = ledger.audit(findings);
  const twiceFar = [...(findings.counts.get('far side')?.values() ?? [])].filter((count) => count > 1).length;
  if (trouble.length === 0) await emptyMailboxes(rig);
  const result = {
    run: options.run,
    fault: fault.name,
    promises: ledger.size,
    chains,
    recoveredSeconds,
    trouble,
  };
  return { ...result, audit, twiceFar, isClean: trouble.length === 0 && isClean(audit) };
}

/** Waits until all is well; what was not when the time was over. */
async function recovery(rig: Rig, ledger: Ledger, timeoutMs: number): Promise<string[]> {
  let trouble: string[] = [];
  const isWell = async (): Promise<boolean> => {
    trouble = await unready(rig);
    if (trouble.length === 0) trouble = await queued(rig);
    if (trouble.length > 0) return false;
    if (!ledger.isFulfilled(await findTokens(rig))) trouble = ['promised mail is missing'];
    return trouble.length === 0;
  };
  try {
    await until('all is well', isWell, { timeoutMs, everyMs: 500 });
    return [];
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    return trouble.length > 0 ? trouble : [String(error.cause)];
  }
}

async function unready(rig: Rig): Promise<string[]> {
  const processes = await rig.processes();
  const faults = (one: (typeof processes)[number]): string => JSON.stringify(one.faults);
  return processes
    .filter(({ ready, state }) => !ready && state !== 'done')
    .map((one) => `${one.name} is unready ${faults(one)}`);
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
