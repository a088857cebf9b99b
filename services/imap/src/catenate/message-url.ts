// The address of a message or of a part of it (RFC 5092), as CATENATE names what it puts together (RFC 4469 §3): of this server
// and this account only, so that it begins with the mailbox, or in the selected mailbox with the message.
import { mailboxName } from '@pochtar/store/mailbox';
import { parseSection, type Partial, type Section } from '../fetch/section.ts';
import { BadSyntax, Cursor } from '../syntax/cursor.ts';

export interface MessageUrl {
  /** Null: the selected one. */
  mailbox: string | null;
  /** Null: whichever it is. */
  uidValidity: number | null;
  uid: number;
  section: Section;
  partial: Partial | null;
}

const MAX_LENGTH = 4096;
const MAX_NUMBER = 4_294_967_295;
// RFC 5092 §11: iuid, isection and ipartial each stand behind a slash.
const URL =
  /^(?:\/([^;]*)(?:;UIDVALIDITY=([0-9]{1,10}))?\/)?;UID=([0-9]{1,10})(?:\/;SECTION=([^;]+?))?(?:\/;PARTIAL=([0-9]{1,15})(?:\.([0-9]{1,15}))?)?$/i;

/** Null: it names no message of this server. */
export function parseMessageUrl(text: string): MessageUrl | null {
  const found = text.length > MAX_LENGTH ? null : URL.exec(text);
  if (found === null) return null;
  const [, name, uidValidity, uid, section, offset, count] = found;
  const decoded = name === undefined ? null : decode(name);
  const mailbox = decoded === null ? null : mailboxName(decoded);
  const read = readSection(section === undefined ? '' : decode(section));
  if ((name !== undefined && mailbox === null) || read === null || Number(uid) > MAX_NUMBER) return null;
  return {
    mailbox,
    uidValidity: uidValidity === undefined ? null : Number(uidValidity),
    uid: Number(uid),
    section: read,
    // RFC 5092 §6: without a length it goes to the end.
    partial:
      offset === undefined
        ? null
        : { offset: Number(offset), count: Number(count ?? Number.MAX_SAFE_INTEGER) },
  };
}

/** RFC 5092 §8: percent-encoded UTF-8. */
function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function readSection(text: string | null): Section | null {
  if (text === null) return null;
  try {
    const cursor = new Cursor([`${text}]`]);
    const section = parseSection(cursor);
    cursor.end();
    return section;
  } catch (error) {
    if (!(error instanceof BadSyntax)) throw error;
    return null;
  }
}
