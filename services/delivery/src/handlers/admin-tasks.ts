// admin.task.*, and admin.queue.begin, which makes one.
import {
  adminQueue,
  type AdminReply,
  adminTask,
  answerAdmin,
  type Asker,
  done,
  fitting,
  MOST_OF_TASK,
  type QueueActionName,
  refused,
  taskChanged,
  type TaskInfo,
} from '@pochtar/bus';
import { parseAddress } from '@pochtar/mail';
import { matchingMails } from '@pochtar/store/queue';
import { cancelTask, createTask, findTask, listTasks, MAX_OPEN_TASKS, type Task } from '@pochtar/store/task';
import { ofOneKind, type Selection } from '../act-on-mails.ts';
import { taskKind } from '../tasks/queue-actions-task.ts';
import { noAddress } from '../test-mail.ts';
import type { Tools } from '../tools.ts';
import { withAge } from './admin-queue.ts';

export function answerTasks(tools: Tools): AsyncDisposable {
  const { db, bus } = tools;
  const answers = [
    answerAdmin(tools, adminQueue.begin, (request, asker) => begin(tools, request, asker)),
    answerAdmin(tools, adminTask.list, async (request, asker) => {
      const rows = await listTasks(db, asker, request);
      const tasks = fitting(rows.map(infoOf));
      const isWhole = tasks.length === rows.length && rows.length < request.limit;
      return done({ tasks, next: isWhole ? null : (tasks.at(-1)?.id ?? null) });
    }),
    answerAdmin(tools, adminTask.show, async ({ id }, asker) => {
      const task = await findTask(db, asker, id);
      return task === null ? noTask(id) : done({ task: infoOf(task) });
    }),
    answerAdmin(tools, adminTask.cancel, async ({ id }, asker) => {
      const task = await cancelTask(db, asker, id);
      if (task === null) return (await findTask(db, asker, id)) === null ? noTask(id) : hasEnded(id);
      bus.emit(taskChanged, { id, state: task.state, place: task.place, total: task.total });
      return done({ task: infoOf(task) });
    }),
  ];
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(answers.map((answer) => answer.stop()));
    },
  };
}

type Begun = Parameters<typeof withAge>[0] &
  Omit<Selection, 'mails'> & { action: QueueActionName; to?: string | undefined };

/** The set is fixed here: what arrives later is not touched. */
async function begin(tools: Tools, request: Begun, asker: Asker): Promise<AdminReply<{ task: TaskInfo }>> {
  const { action, to, ...filter } = request;
  if (action === 'redirect' && parseAddress(to?.trim() ?? '') === null) return noAddress(to ?? '');
  const found = await matchingMails(tools.db, asker.scope, { ...withAge(filter), limit: MOST_OF_TASK });
  const make = async (): Promise<AdminReply<{ task: TaskInfo }>> => {
    const { heldBy, filter: by } = request;
    const input = { ...filter, heldBy, filter: by, to: to?.trim() };
    const { author, role, login, scope } = asker;
    const owner = { author, role, login, scope };
    const id = await createTask(tools.db, { kind: taskKind(action), input, items: found, owner });
    const task = id === null ? null : await findTask(tools.db, asker, id);
    if (task === null) return tooMany();
    tools.bus.emit(taskChanged, { id: task.id, state: task.state, place: 0, total: task.total });
    return done({ task: infoOf(task) });
  };
  const letsGo = action === 'release' || action === 'redirect';
  if (!letsGo) return make();
  const kinds = await ofOneKind(tools, () => Promise.resolve(nothing))({ ...request, mails: found }, asker);
  return kinds.ok ? make() : kinds;
}

const nothing = done({ done: [], skipped: [], unknown: [], complaints: [] });

function infoOf(task: Task): TaskInfo {
  const { createdAt, startedAt, endedAt, ...rest } = task;
  return {
    ...rest,
    createdAt: createdAt.toISOString(),
    startedAt: startedAt?.toISOString() ?? null,
    endedAt: endedAt?.toISOString() ?? null,
  };
}

function noTask(id: number) {
  return refused('notFound', 'id', `задачи ${id} нет`, `there is no task ${id}`);
}

function hasEnded(id: number) {
  return refused(
    'wrongState',
    'id',
    `задача ${id} уже закончилась: то, что сделано, остаётся`,
    `the task ${id} has ended already: what it did stays`,
  );
}

function tooMany() {
  return refused(
    'tooMany',
    '',
    `уже ждут или идут ${MAX_OPEN_TASKS} задач: дождитесь их или отмените лишние`,
    `${MAX_OPEN_TASKS} tasks wait or run already: wait for them, or cancel some`,
  );
}
