// What a client wants to be told of, and of which mailboxes (NOTIFY, RFC 5465 §3.1, §6, §8).
import type { Session } from '../command.ts';
import { type FetchItem, parseFetchItems } from '../fetch/fetch-items.ts';
import { readMailboxName } from '../mailbox-argument.ts';
import { no, type Reply } from '../reply.ts';
import { BadSyntax, type Cursor } from '../syntax/cursor.ts';

const EVENTS = [
  'FlagChange',
  'MailboxMetadataChange',
  'MailboxName',
  'MessageExpunge',
  'MessageNew',
  'ServerMetadataChange',
  'SubscriptionChange',
] as const;
export type NotifyEvent = (typeof EVENTS)[number];

/** RFC 5465 §8: those that concern the selected mailbox. */
const OF_MESSAGES: readonly NotifyEvent[] = ['FlagChange', 'MessageExpunge', 'MessageNew'];

interface SelectedEvents {
  events: ReadonlySet<NotifyEvent>;
  /** Of new messages. */
  items: readonly FetchItem[];
  /** RFC 5465 §6.1.2: expunges wait for a command that may tell them. */
  isDelayed: boolean;
}

interface NotifyGroup {
  filter: 'inboxes' | 'personal' | 'subscribed' | 'subtree' | 'mailboxes';
  /** Of `subtree` and `mailboxes`. */
  names: readonly string[];
  events: ReadonlySet<NotifyEvent>;
}

export interface NotifyRequest {
  asksStatus: boolean;
  /** Null: nothing of the selected mailbox. */
  selected: SelectedEvents | null;
  groups: readonly NotifyGroup[];
}

export const NOTHING: NotifyRequest = { asksStatus: false, selected: null, groups: [] };

const MAX_GROUPS = 50;
/** Names of mailboxes in one command. */
const MAX_NAMES = 200;

const tooMuch = no('too many mailboxes to be watched', 'NOTIFICATIONOVERFLOW');
/** RFC 5465 §3.1: an event that we do not know is no mistake of the client; those that we do are named. */
const unknownEvent = no('an event that is not supported', `BADEVENT (${EVENTS.join(' ')})`);

/** Everything behind `NOTIFY SET`. */
export function parseNotifySet(session: Session, cursor: Cursor): NotifyRequest | Reply {
  const reader = new GroupReader(session, cursor);
  cursor.space();
  const asksStatus = cursor.takeWord('STATUS');
  if (asksStatus) cursor.space();
  do reader.group();
  while (cursor.take(' '));
  cursor.end();
  if (reader.isUnknown) return unknownEvent;
  if (reader.isTooMuch) return tooMuch;
  return { asksStatus, selected: reader.selected, groups: reader.groups };
}

class GroupReader {
  readonly #session: Session;
  readonly #cursor: Cursor;
  readonly groups: NotifyGroup[] = [];
  selected: SelectedEvents | null = null;
  isUnknown = false;
  isTooMuch = false;
  #names = 0;
  #count = 0;
  #hasSelected = false;

  constructor(session: Session, cursor: Cursor) {
    this.#session = session;
    this.#cursor = cursor;
  }

  group(): void {
    const cursor = this.#cursor;
    if (++this.#count > MAX_GROUPS) throw new BadSyntax('too many groups of events');
    cursor.expect('(');
    const filter = cursor.word();
    switch (filter) {
      case 'SELECTED':
      case 'SELECTED-DELAYED':
        // RFC 5465 §6.1: one of them, once.
        if (this.#hasSelected) throw new BadSyntax('the selected mailbox is named twice');
        this.#hasSelected = true;
        this.#selected(filter === 'SELECTED-DELAYED');
        break;
      case 'INBOXES':
      case 'PERSONAL':
      case 'SUBSCRIBED':
        this.#other(filter.toLowerCase() as NotifyGroup['filter'], []);
        break;
      case 'SUBTREE':
      case 'MAILBOXES':
        this.#other(filter.toLowerCase() as NotifyGroup['filter'], this.#readNames());
        break;
      default:
        throw new BadSyntax('unknown mailboxes');
    }
    cursor.expect(')');
  }

  #selected(isDelayed: boolean): void {
    const { events, items } = this.#readEvents();
    // RFC 5465 §6.1: only what concerns messages.
    if ([...events].some((event) => !OF_MESSAGES.includes(event)))
      throw new BadSyntax('not of the selected mailbox');
    if (events.size > 0) this.selected = { events, items, isDelayed };
  }

  #other(filter: NotifyGroup['filter'], names: string[]): void {
    const { events } = this.#readEvents();
    if (events.size > 0) this.groups.push({ filter, names, events });
  }

  #readNames(): string[] {
    const cursor = this.#cursor;
    cursor.space();
    const read = (): string | null => {
      this.isTooMuch ||= ++this.#names > MAX_NAMES;
      return readMailboxName(this.#session, cursor);
    };
    const names = cursor.next === '(' ? cursor.list(read) : [read()];
    if (names.length === 0) throw new BadSyntax('no mailbox');
    // RFC 5465 §3.1: what is no mailbox is ignored.
    return names.filter((name) => name !== null);
  }

  #readEvents(): { events: Set<NotifyEvent>; items: FetchItem[] } {
    const cursor = this.#cursor;
    cursor.space();
    const events = new Set<NotifyEvent>();
    let items: FetchItem[] = [];
    if (cursor.takeWord('NONE')) return { events, items };
    cursor.expect('(');
    for (let isMore = true; isMore; ) {
      const word = cursor.word();
      const event = EVENTS.find((each) => each.toUpperCase() === word);
      if (event === undefined) this.isUnknown = true;
      else events.add(event);
      isMore = cursor.take(' ');
      if (event !== 'MessageNew' || cursor.next !== '(') continue;
      items = parseFetchItems(cursor);
      isMore = cursor.take(' ');
    }
    cursor.expect(')');
    // RFC 5465 §5: changes of flags need both, and each of them the other.
    const [isNew, isExpunge] = [events.has('MessageNew'), events.has('MessageExpunge')];
    if (isNew !== isExpunge || (events.has('FlagChange') && !isNew))
      throw new BadSyntax('MessageNew and MessageExpunge go together, and with FlagChange');
    return { events, items };
  }
}
