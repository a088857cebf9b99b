// What a session tells by itself, in IDLE and between two commands, as its client has asked for with NOTIFY (RFC 5465).
import { setTimeout as delay } from 'node:timers/promises';
import { mailboxChanged } from '@pochtar/bus';
import { isTransient } from '@pochtar/service';
import { fetchMessages, isInferior, type Mailbox, superiorNames } from '@pochtar/store/mailbox';
import type { Session, SessionNotifier } from '../command.ts';
import { neededColumns } from '../fetch/fetch-items.ts';
import { MessageWriter } from '../fetch/message-writer.ts';
import { listLine } from '../list/list-line.ts';
import { type ListedName, nameTree } from '../list/name-tree.ts';
import { formatMailboxName } from '../mailbox-argument.ts';
import type { SelectedMailbox } from '../selected-mailbox.ts';
import { readStatusCounts, type StatusItem, statusLine } from '../status-items.ts';
import { sync } from '../sync.ts';
import { formatAstring } from '../syntax/response-text.ts';
import { type AccountChange, type AccountState, changesBetween, readAccountState } from './account-state.ts';
import { NOTHING, type NotifyEvent, type NotifyRequest } from './notify-request.ts';

/** The bus promises nothing: what it did not tell is found that often. */
const COMPARE_EVERY_MS = 60_000;
/** After changes could not be read. */
const RETRY_MS = 2000;
/** Answers to what has happened at once: a client that is to be told more is told that (RFC 5465 §5.8). */
const MAX_ANSWERS = 500;

export class Notifier implements SessionNotifier {
  readonly #session: Session;
  #request: NotifyRequest = NOTHING;
  #known: AccountState | null = null;
  /** Something may have changed. */
  #isPending = false;
  #wake: (() => void) | null = null;
  /** Names that the client itself has just changed: it knows. */
  readonly #own = new Set<string>();
  readonly #hints: { stop(): void };
  readonly #timer: NodeJS.Timeout;
  /** The selected mailbox, and up to where its messages have been told as new. */
  #view: { of: SelectedMailbox; upTo: number } | null = null;

  constructor(session: Session) {
    this.#session = session;
    this.#hints = session.server.bus.subscribe(mailboxChanged(session.accountId), () => this.hint());
    this.#timer = setInterval(() => this.hint(), COMPARE_EVERY_MS).unref();
  }

  /** From now on. What STATUS asks for is told (RFC 5465 §3.1). */
  async set(request: NotifyRequest): Promise<void> {
    const state = request.groups.length === 0 ? null : await this.#read(request);
    this.#request = request;
    this.#known = state;
    this.#own.clear();
    this.look();
    if (state === null || !request.asksStatus) return;
    for (const mailbox of state.mailboxes) {
      const events = this.#eventsOf(mailbox.name, state);
      if (this.#isSelected(mailbox) || !events.has('MessageNew')) continue;
      const items: StatusItem[] = ['MESSAGES', 'UIDNEXT', 'UIDVALIDITY'];
      if (events.has('FlagChange')) items.push('HIGHESTMODSEQ');
      await this.#tellStatus(mailbox, items);
    }
  }

  hint(): void {
    this.#isPending = true;
    this.#wake?.();
    this.#session.wake?.();
  }

  own(...names: string[]): void {
    for (const name of names) this.#own.add(name);
    this.hint();
  }

  get isPending(): boolean {
    return this.#isPending;
  }

  /** Which messages of the selected mailbox the client knows by now. */
  look(): void {
    const { selected } = this.#session;
    if (selected === null) this.#view = null;
    else if (this.#view?.of !== selected) this.#view = { of: selected, upTo: selected.largestUid };
  }

  /** Tells what is asked for until `ready` is settled; `tell` does it, on behalf of the session. */
  async whileWaiting(ready: Promise<void>, tell: () => Promise<void>): Promise<void> {
    const over = ready.then(() => true as const);
    // Whoever waits for it below hears of it, however long that takes.
    over.catch(() => undefined);
    for (;;) {
      this.look();
      const changed = this.#isPending ? Promise.resolve(false) : this.#changed();
      if (await Promise.race([over, changed])) return;
      await tell();
      if (await Promise.race([over, delay(this.#session.server.times.wakeMs, false)])) return;
    }
  }

  #changed(): Promise<false> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = null;
        resolve(false);
      };
    });
  }

  /** @param isExpungeAllowed the client waits for it, in IDLE */
  async tell(isExpungeAllowed: boolean): Promise<void> {
    this.#isPending = false;
    try {
      await this.#tellSelected(isExpungeAllowed);
      await this.#tellOthers();
      await this.#session.output.flush();
    } catch (error) {
      if (!isTransient(error)) throw error;
      this.#session.log.warn({ err: error }, 'changes can not be read now');
      setTimeout(() => this.hint(), RETRY_MS).unref();
    }
  }

  async #tellSelected(isExpungeAllowed: boolean): Promise<void> {
    const { selected, server } = this.#session;
    const wanted = this.#request.selected;
    if (selected === null || wanted === null) return;
    await sync(this.#session, {
      isExpungeAllowed: isExpungeAllowed || !wanted.isDelayed,
      tellsFlags: wanted.events.has('FlagChange'),
    });
    const view = this.#view;
    if (view === null || view.of !== selected || selected.largestUid <= view.upTo) return;
    const uids = [...selected.uids].filter((uid) => uid > view.upTo);
    view.upTo = selected.largestUid;
    if (wanted.items.length === 0) return;
    // RFC 5465 §5.2: what is told by itself is not read, and sets no \Seen.
    const writer = new MessageWriter(this.#session, selected, wanted.items, false);
    for await (const page of fetchMessages(server.db, selected.id, uids, neededColumns(wanted.items))) {
      await writer.writePage(page);
    }
  }

  async #tellOthers(): Promise<void> {
    const before = this.#known;
    if (before === null) return;
    const now = await this.#read(this.#request);
    this.#known = now;
    const own = new Set(this.#own);
    this.#own.clear();
    const tree = new Map(nameTree(now.mailboxes, now.subscriptions).map((entry) => [entry.name, entry]));
    const told = changesBetween(before, now).filter(
      (change) => !isOwn(change, own) && this.#isWanted(change, before, now),
    );
    if (told.length > MAX_ANSWERS) {
      this.#request = NOTHING;
      this.#known = null;
      this.#session.output.text(
        '* OK [NOTIFICATIONOVERFLOW] too much has happened, nothing is told any more\r\n',
      );
      return;
    }
    for (const change of told) await this.#tellChange(change, tree);
  }

  async #tellChange(change: AccountChange, tree: ReadonlyMap<string, ListedName>): Promise<void> {
    const session = this.#session;
    switch (change.kind) {
      case 'name':
      case 'subscription': {
        const entry = tree.get(change.name) ?? gone(change.name);
        const old = change.kind === 'name' ? change.oldName : null;
        // RFC 5465 §5.4, RFC 5258 §6
        const extended = old === null ? '' : `("OLDNAME" (${formatMailboxName(session, old)}))`;
        session.output.text(
          listLine(session, entry, { isExtended: true, returnsSubscribed: true }, extended),
        );
        break;
      }
      case 'messages': {
        const items: StatusItem[] = change.isFlagsOnly
          ? ['UIDVALIDITY', 'UNSEEN']
          : ['MESSAGES', 'UIDNEXT', 'UIDVALIDITY', 'UNSEEN'];
        // RFC 5465 §5.1 to §5.3
        if (session.enabled.has('CONDSTORE')) items.push('HIGHESTMODSEQ');
        await this.#tellStatus(change.mailbox, items);
        break;
      }
      case 'annotations': {
        const name = change.mailbox === null ? '""' : formatMailboxName(session, change.mailbox.name);
        session.output.text(`* METADATA ${name} ${change.entries.map(formatAstring).join(' ')}\r\n`);
        break;
      }
    }
    if (session.output.isFull) await session.output.flush();
  }

  async #tellStatus(mailbox: Mailbox, items: readonly StatusItem[]): Promise<void> {
    const counts = await readStatusCounts(this.#session, [mailbox], items);
    this.#session.output.text(statusLine(this.#session, mailbox, items, counts));
  }

  #isWanted(change: AccountChange, before: AccountState, now: AccountState): boolean {
    switch (change.kind) {
      case 'name': {
        const names = change.oldName === null ? [change.name] : [change.name, change.oldName];
        return names.some((name) => this.#eventsOf(name, now).has('MailboxName'));
      }
      case 'subscription':
        return [before, now].some((state) => this.#eventsOf(change.name, state).has('SubscriptionChange'));
      case 'annotations':
        return change.mailbox === null
          ? this.#request.groups.some(({ events }) => events.has('ServerMetadataChange'))
          : this.#eventsOf(change.mailbox.name, now).has('MailboxMetadataChange');
      case 'messages': {
        // RFC 5465 §3.1: of the selected mailbox messages are told as asked for by SELECTED only.
        if (this.#isSelected(change.mailbox)) return false;
        const events = this.#eventsOf(change.mailbox.name, now);
        if (!change.isFlagsOnly) return events.has('MessageNew');
        // RFC 5465 §5.1: where neither MODSEQ nor UNSEEN says something, there is nothing to tell.
        return events.has('FlagChange') && (change.isUnseenChanged || this.#session.enabled.has('CONDSTORE'));
      }
    }
  }

  /** RFC 5465 §6: of all groups that the mailbox is in. */
  #eventsOf(name: string, { subscriptions }: AccountState): Set<NotifyEvent> {
    const events = new Set<NotifyEvent>();
    for (const { filter, names, events: own } of this.#request.groups) {
      const isMeant =
        filter === 'personal' ||
        // RFC 5465 §6.3: mail may be delivered to any mailbox that a rule names.
        filter === 'inboxes' ||
        (filter === 'subscribed' && subscriptions.includes(name)) ||
        (filter === 'mailboxes' && names.includes(name)) ||
        (filter === 'subtree' && names.some((top) => name === top || isInferior(name, top)));
      if (isMeant) for (const event of own) events.add(event);
    }
    return events;
  }

  #isSelected({ id }: Mailbox): boolean {
    return this.#session.selected?.id === id;
  }

  #read({ groups }: NotifyRequest): Promise<AccountState> {
    const annotations = groups.some(
      ({ events }) => events.has('MailboxMetadataChange') || events.has('ServerMetadataChange'),
    );
    return readAccountState(this.#session.server.db, this.#session.accountId, { annotations });
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#hints.stop();
  }
}

function isOwn(change: AccountChange, own: ReadonlySet<string>): boolean {
  switch (change.kind) {
    case 'name':
      if (change.oldName !== null) return own.has(change.oldName);
      // Names above are made with it, or affected by what is below them.
      return own.has(change.name) || [...own].some((name) => superiorNames(name).includes(change.name));
    case 'subscription':
      return own.has(change.name);
    case 'annotations':
      return own.has(change.mailbox?.name ?? '');
    case 'messages':
      return false;
  }
}

function gone(name: string): ListedName {
  return { name, mailbox: null, isSubscribed: false, hasChildren: false, hasSubscribedChildren: false };
}
