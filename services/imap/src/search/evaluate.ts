// Whether a message meets a search key. Keys come with the cheap questions first, so that nothing is read for a
// message that is out already.
import { Turn } from '@pochtar/runtime';
import type { SelectedMailbox } from '../selected-mailbox.ts';
import { isWithin, resolve } from '../syntax/sequence-set.ts';
import type { Relation, SearchKey } from './search-key.ts';
import type { SearchedMessage } from './searched-message.ts';

const DAY_MS = 86_400_000;

export class Evaluator {
  readonly #selected: SelectedMailbox;
  readonly #isRecent: (uid: number) => boolean;
  readonly #turn = new Turn();
  /** Ranges of each sequence key, resolved once. */
  readonly #ranges = new Map<SearchKey, (uid: number) => boolean>();

  constructor(selected: SelectedMailbox, isRecent: (uid: number) => boolean) {
    this.#selected = selected;
    this.#isRecent = isRecent;
  }

  async meetsAll(message: SearchedMessage, keys: readonly SearchKey[]): Promise<boolean> {
    for (const key of keys) if (!(await this.meets(message, key))) return false;
    return true;
  }

  async meets(message: SearchedMessage, key: SearchKey): Promise<boolean> {
    // Many keys against a large message take their time too.
    if (this.#turn.isOver) await this.#turn.pass();
    switch (key.kind) {
      case 'and':
        return this.meetsAll(message, key.keys);
      case 'or':
        return (await this.meets(message, key.keys[0])) || this.meets(message, key.keys[1]);
      case 'not':
        return !(await this.meets(message, key.key));
      case 'header':
        return message.headerContains(key.name, key.text);
      case 'sentDate': {
        const day = await message.sentDay();
        return day !== null && compare(day, key.relation, key.day);
      }
      case 'saveDate':
        return compare(Math.floor(message.savedAt / DAY_MS), key.relation, key.day);
      case 'emailId':
        return message.contentId === key.contentId;
      case 'body':
        return message.bodyContains(key.text);
      case 'text':
        return message.textContains(key.text);
      case 'all':
      case 'flag':
      case 'keyword':
      case 'recent':
      case 'internalDate':
      case 'moment':
      case 'larger':
      case 'smaller':
      case 'modSeq':
      case 'sequence':
        return this.#meetsRow(message, key);
    }
  }

  #meetsRow(
    message: SearchedMessage,
    key: Exclude<
      SearchKey,
      { kind: 'and' | 'or' | 'not' | 'header' | 'sentDate' | 'saveDate' | 'emailId' | 'body' | 'text' }
    >,
  ): boolean {
    switch (key.kind) {
      case 'all':
        return true;
      case 'flag':
        return (message.flags & key.bit) !== 0;
      case 'keyword':
        return message.keywords.includes(key.keyword);
      case 'recent':
        return this.#isRecent(message.uid);
      case 'internalDate':
        return compare(Math.floor(message.internalDate / DAY_MS), key.relation, key.day);
      case 'moment':
        return key.relation === 'since' ? message.internalDate >= key.at : message.internalDate < key.at;
      case 'larger':
        return message.size > key.octets;
      case 'smaller':
        return message.size < key.octets;
      case 'modSeq':
        return message.modSeq >= key.least;
      case 'sequence':
        return this.isInSequence(message.uid, key);
    }
  }

  isInSequence(uid: number, key: Extract<SearchKey, { kind: 'sequence' }>): boolean {
    let contains = this.#ranges.get(key);
    if (contains === undefined) {
      contains = this.#membership(key);
      this.#ranges.set(key, contains);
    }
    return contains(uid);
  }

  /** Numbers that do not exist are in no message, and no error. */
  #membership({ set, isUid }: Extract<SearchKey, { kind: 'sequence' }>): (uid: number) => boolean {
    const selected = this.#selected;
    if (set === '$') {
      const saved = new Set(selected.savedUids);
      return (uid) => saved.has(uid);
    }
    const ranges = resolve(set, isUid ? selected.largestUid : selected.count);
    return (uid) => isWithin(ranges, isUid ? uid : selected.indexOf(uid) + 1);
  }
}

function compare(day: number, relation: Relation, wanted: number): boolean {
  if (relation === 'on') return day === wanted;
  return relation === 'before' ? day < wanted : day >= wanted;
}
