// IDLE (RFC 9051 §6.3.13): changes are told as they come, in bursts no closer than the wake interval, until DONE.
import type { Run, Session } from '../command.ts';
import { TimedOut } from '@pochtar/runtime';
import { bad, ok } from '../reply.ts';
import { sync } from '../sync.ts';
import { isTransient } from '@pochtar/service';

const MAX_LINE = 1024;
/** After changes could not be read. */
const RETRY_MS = 2000;

export const idle: Run = async (session, { cursor }) => {
  cursor.end();
  const { input, output, server } = session;
  output.text('+ idling\r\n');
  await output.flush();
  input.timeoutMs = server.times.idleMs;
  const done = doneLine(session);
  try {
    for (;;) {
      session.checkDismissed();
      const woken = waitForChange(session);
      const first = await Promise.race([done, woken.promise]);
      session.wake = null;
      if (typeof first === 'object') {
        if ('error' in first) throw first.error;
        return first.text.toUpperCase() === 'DONE' ? ok('idled') : bad('DONE expected');
      }
      session.checkDismissed();
      const isTold = await tellChanges(session);
      await pause(isTold ? server.times.wakeMs : RETRY_MS, done);
    }
  } finally {
    session.wake = null;
  }
};

type Ended = { text: string } | { error: unknown };

/** The line that ends IDLE. It is read once, while changes come and go. */
async function doneLine({ input }: Session): Promise<Ended> {
  try {
    const line = await input.line(MAX_LINE);
    return { text: line.isTooLong ? '' : line.text };
  } catch (error) {
    return { error: error instanceof TimedOut ? new TimedOut('idle for too long') : error };
  }
}

function waitForChange(session: Session): { promise: Promise<'woken'> } {
  const { selected } = session;
  if (selected?.isDirty || selected?.gone.size) return { promise: Promise.resolve('woken') };
  return {
    promise: new Promise((resolve) => {
      session.wake = () => resolve('woken');
    }),
  };
}

/** False when the changes can't be read now. */
async function tellChanges(session: Session): Promise<boolean> {
  try {
    await sync(session, { isExpungeAllowed: true });
  } catch (error) {
    if (!isTransient(error)) throw error;
    session.log.warn({ err: error }, 'changes can not be read now');
    return false;
  }
  session.server.metrics.wakes.add(1);
  await session.output.flush();
  return true;
}

async function pause(milliseconds: number, done: Promise<Ended>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([over, done]);
  clearTimeout(timer);
}
