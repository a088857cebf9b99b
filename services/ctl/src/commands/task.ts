// pochtar task: long work: list, show, watch, cancel.
import { adminTask, type TaskInfo } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { UsageError } from '../input.ts';
import { text } from '../language.ts';
import { list, table, time } from '../output.ts';
import type { Session } from '../session.ts';
import { watchTask } from '../watch-task.ts';

const states = {
  waiting: text('ждёт', 'waits'),
  running: text('идёт', 'runs'),
  done: text('готово', 'done'),
  cancelled: text('отменена', 'cancelled'),
  failed: text('сбой', 'failed'),
} as const;

function skippedWords({ skipped }: TaskInfo): string {
  return Object.entries(skipped)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ');
}

function taskTable(session: Session, tasks: readonly TaskInfo[]): string {
  const header = [
    text('Номер', 'Id'),
    text('Что', 'What'),
    text('Состояние', 'State'),
    text('Пройдено', 'Looked at'),
    text('Сделано', 'Done'),
    text('Пропущено', 'Skipped'),
    text('Чья', 'Whose'),
    text('Начата', 'Begun'),
  ];
  return table(
    header.map((title) => session.say(title)),
    tasks.map((task) => [
      ...[String(task.id), task.kind, session.say(states[task.state]), `${task.place}/${task.total}`],
      ...[String(task.changed), skippedWords(task), task.author, time(task.createdAt)],
    ]),
  );
}

function taskList(session: Session, task: TaskInfo): string {
  return list([
    [session.say(text('Задача', 'Task')), `${task.id} ${task.kind}`],
    [session.say(text('Как', 'How')), JSON.stringify(task.input)],
    [session.say(text('Состояние', 'State')), session.say(states[task.state])],
    [session.say(text('Пройдено', 'Looked at')), `${task.place}/${task.total}`],
    [session.say(text('Сделано', 'Done')), String(task.changed)],
    [session.say(text('Пропущено', 'Skipped')), skippedWords(task)],
    [session.say(text('Чья', 'Whose')), task.author],
    [session.say(text('Начата', 'Begun')), time(task.startedAt)],
    [session.say(text('Закончилась', 'Ended')), time(task.endedAt)],
    [session.say(text('Сбой', 'Failure')), task.fault ?? ''],
  ]);
}

const args = [{ name: 'TASK' }];

function idOf(written: string): number {
  if (/^[1-9]\d{0,14}$/.test(written)) return Number(written);
  throw new UsageError(text('TASK: укажите номер задачи', 'TASK: give the number of a task'));
}

export const taskCommands: Command[] = [
  {
    words: 'task list',
    summary: text('долгие задачи, новые первыми', 'long work, the newest first'),
    options: {
      before: { value: 'TASK', help: text('продолжить после этой задачи', 'go on after this task') },
    },
    async run(session, input) {
      const before = input.number('before', { min: 1, max: Number.MAX_SAFE_INTEGER });
      const result = await session.ask(adminTask.list, { ...(before !== undefined && { before }) });
      if (result.next !== null)
        session.note(text(`дальше: --before ${result.next}`, `more: --before ${result.next}`));
      return session.show(result, () => taskTable(session, result.tasks));
    },
  },
  {
    words: 'task show',
    summary: text('как далеко зашла задача', 'how far a task came'),
    args,
    async run(session, input) {
      const result = await session.ask(adminTask.show, { id: idOf(input.arg(0)) });
      return session.show(result, () => taskList(session, result.task));
    },
  },
  {
    words: 'task watch',
    summary: text('следить за задачей до её конца', 'follow a task to its end'),
    args,
    async run(session, input) {
      const task = await watchTask(session, idOf(input.arg(0)));
      await session.show({ task }, () => taskList(session, task));
      return task.state === 'done' ? exitCode.done : exitCode.refused;
    },
  },
  {
    words: 'task cancel',
    summary: text('отменить; сделанное остаётся', 'take back; what it has done stays done'),
    args,
    async run(session, input) {
      const result = await session.ask(adminTask.cancel, { id: idOf(input.arg(0)) });
      return session.show(result, () => taskList(session, result.task));
    },
  },
];
