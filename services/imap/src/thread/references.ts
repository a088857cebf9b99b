// THREAD=REFERENCES (RFC 5256 §3): threads as the messages themselves tell of them, joined by their subjects where they do
// not. The numbers of the steps are those of the RFC.
import { Turn } from '@pochtar/runtime';
import { mergeSort } from '../sort/merge-sort.ts';
import { gatherSubjects } from './gather-subjects.ts';
import { Forest } from './reference-forest.ts';
import type { ThreadedMessage } from './threaded-message.ts';
import { compareSent, type ThreadNode } from './thread-node.ts';

/** In the order in which they are told. */
export async function threadByReferences(messages: readonly ThreadedMessage[]): Promise<ThreadNode[]> {
  const turn = new Turn();
  const forest = new Forest(messages.length);
  for (const message of messages) {
    forest.add(message);
    if (turn.isOver) await turn.pass();
  }
  const roots = await pruned(await forest.grown());
  for (const root of roots) if (root.message === null) root.children = await byDate(root.children);
  const gathered = await gatherSubjects(await byDate(roots));
  return sorted(gathered);
}

/**
 * (3): messages that are not here go, and their replies take their place; at the top only a single one does. `nodes` are all
 * there are.
 */
async function pruned(nodes: readonly ThreadNode[]): Promise<ThreadNode[]> {
  const turn = new Turn();
  const roots: ThreadNode[] = [];
  for (const node of nodes) {
    if (node.message === null && node.parent !== null) continue;
    node.children = await replies(node, turn);
    if (node.parent !== null) continue;
    // A thread of nothing, or of a single reply to what is not here.
    if (node.message === null && node.children.length < 2) {
      for (const child of node.children) roots.push(child);
    } else roots.push(node);
  }
  return roots;
}

/** The messages below that are here, with none between. Each that is not is passed by once. */
async function replies(node: ThreadNode, turn: Turn): Promise<ThreadNode[]> {
  const found: ThreadNode[] = [];
  const left = [node];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    for (const child of next.children) (child.message === null ? left : found).push(child);
    if (turn.isOver) await turn.pass();
  }
  return found;
}

/** (6): all siblings by date; those deeper first, since what is not here has the date of its first reply. */
async function sorted(roots: readonly ThreadNode[]): Promise<ThreadNode[]> {
  const turn = new Turn();
  const order: ThreadNode[] = [];
  const left = [...roots];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    order.push(node);
    for (const child of node.children) left.push(child);
    if (turn.isOver) await turn.pass();
  }
  for (const node of order.toReversed()) {
    if (node.children.length > 1) node.children = await byDate(node.children);
    if (turn.isOver) await turn.pass();
  }
  return byDate(roots);
}

/** (4) */
async function byDate(nodes: readonly ThreadNode[]): Promise<ThreadNode[]> {
  const dated = nodes.map((node) => ({ node, message: firstOf(node) }));
  await mergeSort(dated, (a, b) => compareSent(a.message, b.message));
  return dated.map(({ node }) => node);
}

/** The message; of one that is not here, the first of its replies. Such are at the top only, and hold messages. */
function firstOf({ message, children }: ThreadNode): ThreadedMessage {
  if (message !== null) return message;
  return children.map(firstOf).reduce((first, each) => (compareSent(first, each) <= 0 ? first : each));
}
