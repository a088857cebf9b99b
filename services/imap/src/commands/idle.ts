// IDLE (RFC 9051 §6.3.13): changes are told as they come, in bursts no closer than the wake interval, until DONE.
import type { Run, Session } from '../command.ts';
import { Disconnected, TimedOut } from '@pochtar/runtime';
import { bad, Bye, ok } from '../reply.ts';
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
  // RFC 5465 §6.1.2: what had to wait for a command may be told now.
  session.notifier?.hint();
  // One listener for all of IDLE: whatever waits then is called through `end`.
  const waiting: Waiting = { ended: null, end: () => {} };
  void doneLine(session).then((ended) => {
    waiting.ended = ended;
    waiting.end();
  });
  try {
    for (;;) {
      session.checkDismissed();
      await waitForChange(session, waiting);
      session.wake = null;
      const { ended } = waiting;
      if (ended !== null) {
        if ('error' in ended) throw ended.error;
        return ended.text.toUpperCase() === 'DONE' ? ok('idled') : bad('DONE expected');
      }
      session.checkDismissed();
      const isTold = await tellChanges(session);
      await pause(isTold ? server.times.wakeMs : RETRY_MS, waiting);
    }
  } finally {
    session.wake = null;
  }
};

type Ended = { text: string } | { error: unknown };

interface Waiting {
  /** The client has said something, or has gone. */
  ended: Ended | null;
  end: () => void;
}

/** The line that ends IDLE. It is read once, while changes come and go. */
async function doneLine({ input }: Session): Promise<Ended> {
  try {
    const line = await input.line(MAX_LINE);
    return { text: line.isTooLong ? '' : line.text };
  } catch (error) {
    return { error: error instanceof TimedOut ? new TimedOut('idle for too long') : error };
  }
}

async function waitForChange(session: Session, waiting: Waiting): Promise<void> {
  const { selected } = session;
  const isPending = session.notifier?.isPending ?? (selected?.isDirty || selected?.gone.size);
  if (waiting.ended !== null || isPending) return;
  await new Promise<void>((resolve) => {
    session.wake = resolve;
    waiting.end = resolve;
  });
}

/** False when the changes can't be read now. */
async function tellChanges(session: Session): Promise<boolean> {
  try {
    // RFC 5465 §4: exactly what NOTIFY has asked for.
    if (session.notifier === null) await sync(session, { isExpungeAllowed: true });
    else await session.notifier.tell(true);
  } catch (error) {
    if (!isTransient(error)) {
      if (error instanceof Bye || error instanceof Disconnected || error instanceof TimedOut) throw error;
      // The line that ends IDLE is still being read: an answer now would leave two readers of one connection.
      session.log.error({ err: error }, 'IDLE failed');
      throw new Bye('the server made a mistake', 'SERVERBUG');
    }
    session.log.warn({ err: error }, 'changes can not be read now');
    return false;
  }
  session.server.metrics.wakes.add(1);
  await session.output.flush();
  return true;
}

async function pause(milliseconds: number, waiting: Waiting): Promise<void> {
  if (waiting.ended !== null) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    waiting.end = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}
