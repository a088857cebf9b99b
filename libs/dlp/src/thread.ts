// A thread that looks at mails, one after the other. It is told everything and opens nothing.
import { parentPort } from 'node:worker_threads';
import { look } from './look.ts';
import { readDocument } from './read-document.ts';
import type { FromThread, Said, Work } from './threads.ts';

const port = parentPort;
if (port === null) throw new Error('this is a thread of DLP');

function say(message: Said): void {
  const { user, system } = process.threadCpuUsage();
  const told: FromThread = { ...message, spentMs: (user + system) / 1000 };
  port?.postMessage(told);
}

port.on('message', (task: Work) => {
  const done = 'mail' in task ? look(task) : readDocument(task);
  done.then(
    (result) => say({ kind: 'done', result }),
    (error: unknown) =>
      say({ kind: 'failed', message: error instanceof Error ? (error.stack ?? '') : String(error) }),
  );
});
say({ kind: 'started' });
