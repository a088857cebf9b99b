// Who answers whom, as References and In-Reply-To say (RFC 5256 §3 REFERENCES, step 1), whatever order the messages come in
// and whatever they claim: no loops, and no more work and room than the messages are worth.
import { Turn } from '@pochtar/runtime';
import type { ThreadedMessage } from './threaded-message.ts';
import { newNode, type ThreadNode } from './thread-node.ts';

/** Messages that are referred to are known up to twice as many as are here, and so many more. */
const MAX_MISSING = 100_000;
/** Messages above one that are looked at for a loop, of one link and of all: links beyond are not made. */
const MAX_STEPS = 1000;
const MAX_ALL_STEPS = 20_000_000;

interface Planted extends ThreadNode {
  /** How many name it as their parent. */
  replies: number;
}

export class Forest {
  readonly #byId = new Map<string, Planted>();
  readonly #all: Planted[] = [];
  readonly #limit: number;
  #steps = 0;

  /** @param count messages that are here */
  constructor(count: number) {
    this.#limit = 2 * count + MAX_MISSING;
  }

  add(message: ThreadedMessage): void {
    const node = this.#nodeOf(message);
    let parent: Planted | null = null;
    // (1) A: the messages that are referred to, one below the other; what is known of them stays.
    for (const id of message.references) {
      const next = this.#referred(id);
      if (next === null || next === node) continue;
      if (parent !== null && next.parent === null) this.#link(parent, next);
      parent = next;
    }
    // (1) B: what the message says of its own parent counts more than what others said.
    if (node.parent === parent) return;
    if (node.parent !== null) {
      (node.parent as Planted).replies--;
      node.parent = null;
    }
    if (parent !== null) this.#link(parent, node);
  }

  /** All of them, each with its children. */
  async grown(): Promise<ThreadNode[]> {
    const turn = new Turn();
    for (const node of this.#all) {
      node.parent?.children.push(node);
      if (turn.isOver) await turn.pass();
    }
    return this.#all;
  }

  /** RFC 5256 §3 REFERENCES (1): a second message of an id is one without. */
  #nodeOf(message: ThreadedMessage): Planted {
    const known = message.id === null ? undefined : this.#byId.get(message.id);
    if (known?.message === null) {
      known.message = message;
      return known;
    }
    const node = this.#planted(message);
    if (message.id !== null && known === undefined) this.#byId.set(message.id, node);
    return node;
  }

  #referred(id: string): Planted | null {
    const known = this.#byId.get(id);
    if (known !== undefined) return known;
    if (this.#byId.size >= this.#limit) return null;
    const node = this.#planted(null);
    this.#byId.set(id, node);
    return node;
  }

  #planted(message: ThreadedMessage | null): Planted {
    const node = { ...newNode(message), replies: 0 };
    this.#all.push(node);
    return node;
  }

  #link(parent: Planted, child: Planted): void {
    // (1) A: no loops. Only what has something below it can lie above its parent.
    if (parent === child || (child.replies > 0 && !this.#isFree(parent, child))) return;
    child.parent = parent;
    parent.replies++;
  }

  /** Whether `other` is certainly not `node`, nor above it. */
  #isFree(node: ThreadNode, other: ThreadNode): boolean {
    let steps = 0;
    for (let above: ThreadNode | null = node; above !== null; above = above.parent) {
      if (above === other || ++steps > MAX_STEPS || ++this.#steps > MAX_ALL_STEPS) return false;
    }
    return true;
  }
}
