// Identifiers that outlive names and UIDs (RFC 8474): of a mailbox its row, of a message what it is a copy of, so that COPY and
// MOVE keep it (RFC 8474 §5.1). Threads have none (RFC 8474 §5.2: NIL).
import { BadSyntax, type Cursor } from './syntax/cursor.ts';

const OBJECT_ID = /^[A-Za-z0-9_-]{1,255}$/;
const UUID = /^M([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export function mailboxId({ id }: { id: number }): string {
  return `F${id}`;
}

export function emailId(contentId: string): string {
  return `M${contentId}`;
}

/** RFC 8474 §7 objectid, as an argument. */
export function readObjectId(cursor: Cursor): string {
  const id = cursor.astring();
  if (!OBJECT_ID.test(id)) throw new BadSyntax('malformed object id');
  return id;
}

/** Null: no message of ours has this EMAILID. */
export function contentIdOf(id: string): string | null {
  return UUID.exec(id)?.[1] ?? null;
}
