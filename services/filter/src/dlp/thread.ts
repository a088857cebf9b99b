// A thread that looks at mails, one after the other. It is told everything and opens nothing.
import { parentPort } from 'node:worker_threads';
import { look, type Task } from './look.ts';
import type { FromThread } from './threads.ts';

const port = parentPort;
if (port === null) throw new Error('this is a thread of filter-dlp');

function say(message: FromThread): void {
  port?.postMessage(message);
}

port.on('message', (task: Task) => {
  look(task).then(
    (sight) => say({ kind: 'done', sight }),
    (error: unknown) =>
      say({ kind: 'failed', message: error instanceof Error ? (error.stack ?? '') : String(error) }),
  );
});
say({ kind: 'started' });
