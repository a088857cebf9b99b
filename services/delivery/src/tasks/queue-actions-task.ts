// Acts on many mails of the queue as a task: what a filter found when it was made, some at a time, with rests in between so
// that mail goes first. A process that dies leaves its lease to run out, and another one goes on from the last piece
// that was written down: what of that piece was done already is met again, and is left as it is.
import { setTimeout as delay } from 'node:timers/promises';
import { type Asker, type QueueActionName, taskChanged } from '@pochtar/bus';
import { parseAddress } from '@pochtar/mail';
import { isTransient } from '@pochtar/service';
import {
  endTask,
  notePiece,
  releaseTask,
  type TaskInHand,
  taskItems,
  type TaskPiece,
  takeTask,
} from '@pochtar/store/task';
import { actOnMails } from '../act-on-mails.ts';
import { type Action, giveUp, hold, redirect, release, remove, retry } from '../queue-actions.ts';
import type { Tools } from '../tools.ts';

const PREFIX = 'queue.';
const ACTIONS: Readonly<Record<Exclude<QueueActionName, 'redirect'>, Action>> = {
  ...{ retry, hold, release, delete: remove, return: giveUp },
};
export const taskKind = (action: QueueActionName): string => `${PREFIX}${action}`;
const KINDS = [...Object.keys(ACTIONS), 'redirect'].map((action) => `${PREFIX}${action}`);

/** Of one piece. */
const PIECE = 100;
const LOOK_MS = 2000;
const TELL_MS = 1000;

interface TaskInput {
  to?: string;
  heldBy?: 'filter' | 'poison' | 'person' | 'volume';
  filter?: string;
}

export class QueueTasks implements AsyncDisposable {
  readonly #tools: Tools;
  readonly #afterRetry: () => Promise<void>;
  readonly #stopping = new AbortController();
  readonly #hearing: { stop(): void };
  #wake = new AbortController();
  #toldAt = 0;
  readonly #running: Promise<void>;

  /** `afterRetry`: far sides that were away are tried again. */
  constructor(tools: Tools, afterRetry: () => Promise<void>) {
    this.#tools = tools;
    this.#afterRetry = afterRetry;
    this.#hearing = tools.bus.subscribe(taskChanged, ({ state }) => {
      if (state === 'waiting') this.#wake.abort();
    });
    this.#running = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hearing.stop();
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { db, sender, log } = this.#tools;
    while (!this.#stopping.signal.aborted) {
      this.#wake = new AbortController();
      try {
        const task = await takeTask(db, KINDS, sender);
        if (task !== null) {
          await this.#work(task);
          continue;
        }
      } catch (error) {
        log.warn({ err: error }, 'tasks are worked on later');
      }
      const woken = AbortSignal.any([this.#wake.signal, this.#stopping.signal]);
      await delay(LOOK_MS, undefined, { signal: woken }).catch(() => {});
    }
  }

  async #work(task: TaskInHand): Promise<void> {
    const { db, sender, log } = this.#tools;
    try {
      const state = await this.#pieces(task);
      if (state === 'stopped') return await releaseTask(db, task.id, sender);
      if (state !== 'lost') await endTask(db, task.id, sender, state);
      this.#tell(task, state === 'lost' ? 'running' : state, true);
      log.info({ task: task.id, kind: task.kind, state, changed: task.changed }, 'a task has ended');
    } catch (error) {
      if (isTransient(error)) throw error;
      log.error({ err: error, task: task.id }, 'a task failed');
      await endTask(db, task.id, sender, 'failed', String(error).slice(0, 500));
      this.#tell(task, 'failed', true);
    }
  }

  async #pieces(task: TaskInHand): Promise<'done' | 'cancelled' | 'lost' | 'stopped'> {
    const { db, sender } = this.#tools;
    const act = actionOf(task);
    if (task.isCancelled) return 'cancelled';
    while (task.place < task.total) {
      if (this.#stopping.signal.aborted) return 'stopped';
      const began = performance.now();
      const mails = await taskItems(db, task.id, task.place, PIECE);
      if (mails.length === 0) break;
      addTo(task, await this.#piece(task, mails, act));
      const state = await notePiece(db, task.id, sender, task);
      if (state !== 'on') return state;
      this.#tell(task, 'running', false);
      // As long as it took: who waits for the same rows has them meanwhile.
      const rest = Math.min(performance.now() - began, TELL_MS);
      await delay(rest, undefined, { signal: this.#stopping.signal }).catch(() => {});
    }
    if (task.kind === taskKind('retry')) await this.#afterRetry();
    return 'done';
  }

  async #piece(task: TaskInHand, mails: string[], act: Action): Promise<TaskPiece> {
    const { heldBy, filter } = task.input as TaskInput;
    const { role, ...owner } = task.owner;
    const asker = { ...owner, role: role as Asker['role'], scope: copied(owner.scope) };
    // His rights may be others by now.
    if (!(await this.#tools.isStanding(asker))) throw new Error(`${owner.author} may not do this any more`);
    const reply = await actOnMails(this.#tools, { mails, heldBy, filter }, asker, act);
    if (!reply.ok) throw new Error(reply.error.message.en);
    const { done, skipped, unknown, complaints } = reply.result;
    const shared = complaints.length;
    const other = skipped.length - unknown.length - shared;
    return {
      ...{ place: mails.length, changed: done.length },
      skipped: { unknown: unknown.length, othersRecipients: shared, state: other },
    };
  }

  #tell({ id, place, total }: TaskInHand, state: string, isEnd: boolean): void {
    const now = performance.now();
    if (!isEnd && now - this.#toldAt < TELL_MS) return;
    this.#toldAt = now;
    this.#tools.bus.emit(taskChanged, { id, state, place, total });
  }
}

const copied = (scope: 'all' | readonly number[]): Asker['scope'] => (scope === 'all' ? 'all' : [...scope]);

function addTo(task: TaskInHand, piece: TaskPiece): void {
  task.place += piece.place;
  task.changed += piece.changed;
  for (const [reason, count] of Object.entries(piece.skipped))
    if (count > 0) task.skipped[reason] = (task.skipped[reason] ?? 0) + count;
}

function actionOf({ kind, input }: TaskInHand): Action {
  const name = kind.slice(PREFIX.length) as QueueActionName;
  if (name !== 'redirect') return ACTIONS[name];
  const to = parseAddress((input as TaskInput).to ?? '');
  if (to === null) throw new Error('it has no address to send to');
  return redirect(to);
}
