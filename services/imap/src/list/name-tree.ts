// All names of an account in one tree: mailboxes, subscriptions, and the levels above them that exist only as
// parts of names.
import { type Mailbox, superiorNames } from '@pochtar/store/mailbox';

export interface ListedName {
  name: string;
  /** Null: no mailbox, only names below it or a subscription. */
  mailbox: Mailbox | null;
  isSubscribed: boolean;
  /** A mailbox below it exists. */
  hasChildren: boolean;
  /** A subscribed name below it. */
  hasSubscribedChildren: boolean;
}

/** In the order of names, INBOX first. */
export function nameTree(mailboxes: readonly Mailbox[], subscriptions: readonly string[]): ListedName[] {
  const names = new Map<string, ListedName>();
  const entry = (name: string): ListedName => {
    let found = names.get(name);
    if (found === undefined) {
      found = { name, mailbox: null, isSubscribed: false, hasChildren: false, hasSubscribedChildren: false };
      names.set(name, found);
    }
    return found;
  };
  for (const mailbox of mailboxes) {
    entry(mailbox.name).mailbox = mailbox;
    for (const superior of superiorNames(mailbox.name)) entry(superior).hasChildren = true;
  }
  for (const name of subscriptions) {
    entry(name).isSubscribed = true;
    for (const superior of superiorNames(name)) entry(superior).hasSubscribedChildren = true;
  }
  return [...names.values()].toSorted((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1));
}

function rank(name: string): number {
  return name === 'INBOX' ? 0 : 1;
}
