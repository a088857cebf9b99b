// Long work. These words come with the pages that speak of it.
import type { tasks as russian } from '../ru/tasks.ts';

export const tasks: Record<keyof typeof russian, string> = {
  'tasks.intro':
    'What takes a while is done here: acts on many mails. The server brings a task to its end even when you close the page.',
  'tasks.empty': 'There are no tasks. They come when an act is of more than 500 mails.',
  'tasks.what': 'What',
  'tasks.kind.queue.retry': 'Try now',
  'tasks.kind.queue.hold': 'Hold',
  'tasks.kind.queue.release': 'Release',
  'tasks.kind.queue.delete': 'Delete',
  'tasks.kind.queue.return': 'Return to the senders',
  'tasks.kind.queue.redirect': 'Send to {{to}}',
  'tasks.state.waiting': 'waits',
  'tasks.state.running': 'runs',
  'tasks.state.done': 'done',
  'tasks.state.cancelled': 'cancelled',
  'tasks.state.failed': 'failed',
  'tasks.progress': 'Progress',
  'tasks.of': '{{place}} of {{total}}',
  'tasks.changed': 'Done',
  'tasks.skipped.unknown': 'left the queue: {{n}}',
  'tasks.skipped.state': 'not in this state: {{n}}',
  'tasks.skipped.othersRecipients': 'recipients outside of your domains: {{n}}',
  'tasks.author': 'Whose',
  'tasks.created': 'Begun',
  'tasks.cancel': 'Cancel the task',
  'tasks.cancelText': 'What it has done stays done.',
  'tasks.begun': 'Task {{id}} has begun: see Tasks for its progress',
};
