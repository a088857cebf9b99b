// A tree of messages, and how it is told (RFC 5256 §4 THREAD).
import { Turn } from '@pochtar/runtime';
import type { ThreadedMessage } from './threaded-message.ts';

export interface ThreadNode {
  /** Null: a message that is not here, with its replies. */
  message: ThreadedMessage | null;
  parent: ThreadNode | null;
  children: ThreadNode[];
}

export function newNode(message: ThreadedMessage | null): ThreadNode {
  return { message, parent: null, children: [] };
}

/** RFC 5256 §3: by the date they were sent, and of the same date in the order of the mailbox. */
export function compareSent(a: ThreadedMessage, b: ThreadedMessage): number {
  return a.sentAt - b.sentAt || a.uid - b.uid;
}

type Step = ')' | { node: ThreadNode; place: 'list' | 'first' | 'next' };

/**
 * The `(…)(…)` of threads. Written with a stack of its own: a thread may be as deep as a mailbox has messages.
 *
 * @param numberOf of a UID, as the client numbers messages
 */
export async function formatThreads(
  threads: readonly ThreadNode[],
  numberOf: (uid: number) => number,
): Promise<string> {
  const turn = new Turn();
  const texts: string[] = [];
  const left: Step[] = threads.toReversed().map((node) => ({ node, place: 'list' }));
  for (let step = left.pop(); step !== undefined; step = left.pop()) {
    if (turn.isOver) await turn.pass();
    if (step === ')') {
      texts.push(')');
      continue;
    }
    const { node } = step;
    let { place } = step;
    if (place === 'list') {
      texts.push('(');
      left.push(')');
      place = 'first';
    }
    if (node.message !== null) {
      texts.push(`${place === 'next' ? ' ' : ''}${numberOf(node.message.uid)}`);
      place = 'next';
    }
    const [only] = node.children;
    // RFC 5256 §4: an only child goes on in the brackets of its parent, several have brackets of their own.
    if (node.children.length === 1 && only !== undefined) left.push({ node: only, place });
    else if (node.children.length > 1) {
      if (place === 'next') texts.push(' ');
      for (const child of node.children.toReversed()) left.push({ node: child, place: 'list' });
    }
  }
  return texts.join('');
}
