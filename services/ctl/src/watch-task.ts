// Follows a task to its end, and says how far it came.
import { setTimeout as delay } from 'node:timers/promises';
import { adminTask, type TaskInfo } from '@pochtar/bus';
import { text } from './language.ts';
import type { Session } from './session.ts';

const LOOK_MS = 500;
/** A line is written when so many percent more are done with. */
const STEP = 5;
const WIDTH = 20;

export const isOver = ({ state }: TaskInfo): boolean => state !== 'waiting' && state !== 'running';

export async function watchTask(session: Session, id: number): Promise<TaskInfo> {
  for (let told = -STEP; ; ) {
    const { task } = await session.ask(adminTask.show, { id });
    const percent = task.total === 0 ? 100 : Math.floor((100 * task.place) / task.total);
    if (percent >= told + STEP || isOver(task)) {
      told = percent;
      const bar = '#'.repeat(Math.round((WIDTH * percent) / 100)).padEnd(WIDTH, '.');
      const line = `[${bar}] ${percent} % ${task.place}/${task.total}`;
      session.note(text(line, line));
    }
    if (isOver(task)) return task;
    await delay(LOOK_MS);
  }
}
