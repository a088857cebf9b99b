// Answers to FETCH that message rows alone give (flags, sizes, dates, MODSEQs), from the index of the mailbox: without a
// statement, and of a hundred thousand messages in a moment.
import { Turn } from '@pochtar/runtime';
import type { Session } from '../command.ts';
import type { MailboxIndex } from '../mailbox-index/mailbox-index.ts';
import type { MessageTable } from '../mailbox-index/message-table.ts';
import { emailId } from '../object-id.ts';
import type { SelectedMailbox } from '../selected-mailbox.ts';
import { isRecent, meetKeywords } from '../sync.ts';
import { formatDateTime } from '../syntax/date-time.ts';
import { formatFlags } from '../syntax/flag-list.ts';
import { fetchStartAt } from '../uid-only.ts';
import type { FetchItem, SimpleItem } from './fetch-items.ts';

/** Items that the index answers. */
type RowItem = Exclude<SimpleItem, 'BODY' | 'BODYSTRUCTURE' | 'ENVELOPE' | 'PREVIEW' | 'SAVEDATE'>;
const ROW_ITEMS: readonly string[] = [
  'EMAILID',
  'FLAGS',
  'INTERNALDATE',
  'MODSEQ',
  'RFC822.SIZE',
  'THREADID',
  'UID',
] satisfies RowItem[];
/** A look at the clock for so many messages. */
const MESSAGES_A_LOOK = 32;

/** The items, when the index answers all of them. */
export function rowItems(items: readonly FetchItem[]): RowItem[] | null {
  const names = items.map((item) => (item.kind === 'simple' ? item.name : ''));
  return names.every((name) => ROW_ITEMS.includes(name)) ? (names as RowItem[]) : null;
}

/** Writes those of `uids` (ascending) that are there; gives their number. */
export async function writeRows(
  session: Session,
  selected: SelectedMailbox,
  index: MailboxIndex,
  { uids, items }: { uids: Uint32Array; items: readonly RowItem[] },
): Promise<number> {
  const { output } = session;
  const words = new RowWords(session, selected);
  const turn = new Turn();
  let found = 0;
  let place = 0;
  let row = 0;
  for (const [count, uid] of uids.entries()) {
    // Each time anew: while others had their turn, messages may have come and gone.
    const { table } = index;
    row = table.find(uid, row);
    if (row < 0) {
      row = 0;
      continue;
    }
    found++;
    place = selected.indexOf(uid, place);
    if (place >= 0) {
      meetKeywords(session, selected, table.keywordsAt(row));
      let text = fetchStartAt(session, uid, place);
      for (const [at, item] of items.entries())
        text += at === 0 ? words.of(item, table, row) : ` ${words.of(item, table, row)}`;
      output.text(`${text})\r\n`);
    }
    row++;
    place++;
    if (output.isFull) await output.flush();
    if (count % MESSAGES_A_LOOK === 0 && turn.isOver) await turn.pass();
  }
  await output.flush();
  return found;
}

class RowWords {
  readonly #session: Session;
  readonly #selected: SelectedMailbox;
  /** By flags, for messages without keywords. */
  readonly #flags: (string | undefined)[] = [];

  constructor(session: Session, selected: SelectedMailbox) {
    this.#session = session;
    this.#selected = selected;
  }

  of(item: RowItem, table: MessageTable, row: number): string {
    switch (item) {
      case 'UID':
        return `UID ${table.uidAt(row)}`;
      case 'FLAGS':
        return this.#flagsOf(table, row);
      case 'INTERNALDATE':
        return `INTERNALDATE "${formatDateTime(table.dateAt(row))}"`;
      case 'RFC822.SIZE':
        return `RFC822.SIZE ${table.sizeAt(row)}`;
      case 'MODSEQ':
        this.#selected.noteTold(table.modSeqAt(row));
        return `MODSEQ (${table.modSeqAt(row)})`;
      case 'EMAILID':
        return `EMAILID (${emailId(table.contentIdAt(row))})`;
      // RFC 8474 §5.2: threads are not told apart.
      case 'THREADID':
        return 'THREADID NIL';
    }
  }

  #flagsOf(table: MessageTable, row: number): string {
    const flags = table.flagsAt(row);
    const keywords = table.keywordsAt(row);
    const recent = isRecent(this.#session, this.#selected, table.uidAt(row));
    if (keywords !== '') return `FLAGS (${formatFlags(flags, keywords, recent)})`;
    const key = 2 * flags + (recent ? 1 : 0);
    return (this.#flags[key] ??= `FLAGS (${formatFlags(flags, '', recent)})`);
  }
}
