// THREAD=ORDEREDSUBJECT (RFC 5256 §3): the "poor man's threading", by base subject.
import { Turn } from '@pochtar/runtime';
import { mergeSort } from '../sort/merge-sort.ts';
import type { ThreadedMessage } from './threaded-message.ts';
import { compareSent, newNode, type ThreadNode } from './thread-node.ts';

/** Threads by the date of their first message. `messages` is put into the order of dates. */
export async function orderedSubject(messages: ThreadedMessage[]): Promise<ThreadNode[]> {
  await mergeSort(messages, compareSent);
  const turn = new Turn();
  const bySubject = new Map<string, ThreadNode>();
  for (const message of messages) {
    if (turn.isOver) await turn.pass();
    const first = bySubject.get(message.subject);
    // RFC 5256 §3 ORDEREDSUBJECT: the first message is the parent of all others of its subject.
    if (first === undefined) bySubject.set(message.subject, newNode(message));
    else first.children.push(newNode(message));
  }
  return [...bySubject.values()];
}
