// One `* LIST (…)` (RFC 9051 §7.3.1).
import type { Session } from '../command.ts';
import { formatMailboxName } from '../mailbox-argument.ts';
import type { ListedName } from './name-tree.ts';

/** @param extended `extended` behind the name, `(…)` of it included */
export function listLine(
  session: Session,
  entry: ListedName,
  shown: { isExtended: boolean; returnsSubscribed: boolean },
  extended = '',
): string {
  const attributes: string[] = [];
  if (entry.mailbox === null) {
    attributes.push('\\Noselect');
    // RFC 5258 §3: implies \Noselect; older clients know only that.
    if (shown.isExtended || session.isRev2) attributes.push('\\NonExistent');
  }
  attributes.push(entry.hasChildren ? '\\HasChildren' : '\\HasNoChildren');
  if (shown.returnsSubscribed && entry.isSubscribed) attributes.push('\\Subscribed');
  if (entry.mailbox?.specialUse) attributes.push(`\\${entry.mailbox.specialUse}`);
  const rest = extended === '' ? '' : ` ${extended}`;
  return `* LIST (${attributes.join(' ')}) "/" ${formatMailboxName(session, entry.name)}${rest}\r\n`;
}
