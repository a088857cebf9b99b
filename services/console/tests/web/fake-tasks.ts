// Long work of the pages' small installation: some that runs, and some that has ended in each way.
import type { Answers } from '../../src/contract/index.ts';

type Task = Answers<'GET /tasks'>['tasks'][number];

const at = '2026-01-01T10:00:00.000Z';
const runs: Task = {
  ...{
    id: 12,
    kind: 'queue.retry',
    input: {},
    state: 'running',
    place: 18_400,
    total: 50_000,
    changed: 18_391,
  },
  ...{ skipped: { unknown: 9 }, isCancelled: false, fault: null, author: 'console:anna' },
  ...{ createdAt: at, startedAt: at, endedAt: null },
};
const tasks: readonly Task[] = [
  runs,
  {
    ...runs,
    ...{
      id: 11,
      kind: 'queue.redirect',
      input: { to: 'boss@very-long-domain-name.partner.test' },
      state: 'failed',
    },
    ...{ fault: 'Error: console:petr may not do this any more', author: 'console:petr', endedAt: at },
    skipped: { unknown: 1, state: 210, othersRecipients: 3300 },
  },
  {
    ...runs,
    id: 10,
    kind: 'queue.hold',
    state: 'done',
    place: 501,
    total: 501,
    changed: 501,
    skipped: {},
    endedAt: at,
  },
  { ...runs, id: 9, kind: 'queue.delete', state: 'cancelled', author: 'ctl:root', endedAt: at },
];

export function taskRoutes(isNew: () => boolean) {
  return {
    'GET /tasks': (): Answers<'GET /tasks'> => ({ tasks: isNew() ? [] : [...tasks], next: null }),
    'POST /tasks/:id/cancel': (): Answers<'POST /tasks/:id/cancel'> => ({
      task: { ...runs, isCancelled: true },
    }),
    'POST /queue/tasks': (): Answers<'POST /queue/tasks'> => ({ task: { ...runs, id: 13, place: 0 } }),
  };
}
