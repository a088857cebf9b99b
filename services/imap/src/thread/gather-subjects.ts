// Threads of one subject become one (RFC 5256 §3 REFERENCES, step 5).
import { Turn } from '@pochtar/runtime';
import { newNode, type ThreadNode } from './thread-node.ts';

/** `roots` come by date. */
export async function gatherSubjects(roots: readonly ThreadNode[]): Promise<ThreadNode[]> {
  const turn = new Turn();
  const table = await subjectTable(roots, turn);
  const left = new Set(roots);
  for (const root of roots) {
    if (turn.isOver) await turn.pass();
    const { subject, isReply } = subjectOf(root);
    const other = subject === '' ? undefined : table.get(subject);
    // (5) C: empty subjects say nothing, and what is in the table stays.
    if (other === undefined || other === root) continue;
    left.delete(root);
    if (other.message === null) {
      // Both of them only hold replies together: so does one. Otherwise it is one more of them.
      if (root.message === null) for (const child of root.children) adopt(other, child);
      else adopt(other, root);
    } else if (isReply && !subjectOf(other).isReply) adopt(other, root);
    else {
      // Neither answers the other.
      const both = newNode(null);
      left.delete(other);
      left.add(both);
      adopt(both, other);
      adopt(both, root);
      table.set(subject, both);
    }
  }
  return [...left];
}

/** (5) B: of each subject what the others are put below. */
async function subjectTable(roots: readonly ThreadNode[], turn: Turn): Promise<Map<string, ThreadNode>> {
  const table = new Map<string, ThreadNode>();
  for (const root of roots) {
    if (turn.isOver) await turn.pass();
    const { subject, isReply } = subjectOf(root);
    if (subject === '') continue;
    const known = table.get(subject);
    const isBetter =
      known === undefined ||
      (known.message !== null && (root.message === null || (known.message.isReply && !isReply)));
    if (isBetter) table.set(subject, root);
  }
  return table;
}

/** (5) B: of a message that is not here, that of its first reply. */
function subjectOf(root: ThreadNode): { subject: string; isReply: boolean } {
  return root.message ?? root.children[0]?.message ?? { subject: '', isReply: false };
}

function adopt(parent: ThreadNode, child: ThreadNode): void {
  parent.children.push(child);
}
