// FETCH (RFC 9051 §6.4.5), page by page: nothing of the database is held while bytes go to the client.
import { changesSince, fetchMessages, readChangedUids } from '@pochtar/store/mailbox';
import type { Command } from '../command-reader.ts';
import type { Run, Session } from '../command.ts';
import { enableCondstore } from '../condstore.ts';
import { type FetchItem, neededColumns, parseFetchItems, type SimpleItem } from '../fetch/fetch-items.ts';
import { MessageWriter, type Trouble } from '../fetch/message-writer.ts';
import { oneAhead } from '../fetch/one-ahead.ts';
import { rowItems, writeRows } from '../fetch/row-writer.ts';
import { bad, no, ok, type Reply, someExpunged } from '../reply.ts';
import { type PageRange, placesOf, readPageRange } from '../search/return-options.ts';
import type { MessageTable } from '../mailbox-index/message-table.ts';
import type { MailboxIndex } from '../mailbox-index/mailbox-index.ts';
import type { SelectedMailbox } from '../selected-mailbox.ts';
import { readSequenceSet } from '../sequence-argument.ts';
import { BadSyntax, type Cursor } from '../syntax/cursor.ts';
import type { SequenceSet } from '../syntax/sequence-set.ts';
import { requireVanishedAllowed, tellVanishedEarlier } from '../vanished.ts';

interface FetchRequest {
  set: SequenceSet | '$';
  items: FetchItem[];
  changedSince: number | null;
  tellsVanished: boolean;
  page: PageRange | null;
}

export const fetch: Run = async (session, command) => {
  const request = readRequest(session, command);
  const { selected, server } = session;
  if (selected === null) return bad('select a mailbox first');
  const isUid = command.name === 'UID FETCH';
  const named = selected.uidsOf(request.set, isUid);
  if (named === null) return bad('no such message');
  const { items, changedSince } = request;
  if (request.tellsVanished) await tellVanished(session, selected, request);
  // RFC 7162 §3.1.4.1
  const index =
    changedSince === null ? await knownIndex(session, selected) : await server.indexes.fresh(selected.id);
  const changed =
    changedSince === null
      ? named
      : index !== null
        ? changedIn(index.table, named, changedSince)
        : await changedAmong(session, selected, named, changedSince);
  // RFC 9394 §3.4: a page of what would be told.
  const uids = request.page === null ? changed : changed.slice(...placesOf(request.page, changed.length));
  const rows = rowItems(items);
  if (rows !== null && index !== null) {
    const count = await writeRows(session, selected, index, { uids, items: rows });
    return outcome(selected, { found: count, wanted: uids.length, isUid });
  }
  const setsSeen = !selected.isReadOnly && items.some((item) => item.kind !== 'simple' && item.setsSeen);
  const writer = new MessageWriter(session, selected, items, setsSeen);
  let found = 0;
  const columns = neededColumns(items);
  const indexed = columns.filter((column) => column !== 'savedAt');
  const pages =
    index !== null && indexed.length === columns.length
      ? index.pages(uids, indexed)
      : fetchMessages(server.db, selected.id, uids, columns);
  for await (const page of oneAhead(pages)) {
    found += page.uids.length;
    await writer.writePage(page);
    if (session.output.isFull) await session.output.flush();
  }
  if (writer.trouble !== null) return TROUBLE[writer.trouble];
  return outcome(selected, { found, wanted: uids.length, isUid });
};

function outcome(
  selected: SelectedMailbox,
  { found, wanted, isUid }: { found: number; wanted: number; isUid: boolean },
): Reply {
  if (found === wanted) return ok('done');
  selected.isDirty = true;
  // RFC 9051 §6.4.9: UIDs that are not there are no error.
  if (isUid) return ok('done');
  // RFC 2180 §4.1.3, RFC 5530 §3: what is still there was told.
  return found === 0 ? someExpunged : ok('done', 'EXPUNGEISSUED');
}

/** With all that the bus has told of the mailbox, and all that the client was. */
function knownIndex(
  { server, accountId }: Session,
  { id, modSeq }: SelectedMailbox,
): Promise<MailboxIndex | null> {
  return server.indexes.current(id, Math.max(modSeq, server.watch.heard(accountId, id) ?? 0));
}

const TROUBLE: Record<Trouble, Reply> = {
  unreadable: no('a message could not be read', 'SERVERBUG'),
  unknownEncoding: no('the transfer encoding is unknown', 'UNKNOWN-CTE'),
};

function changedIn(table: MessageTable, uids: Uint32Array, modSeq: number): Uint32Array {
  let row = -1;
  return uids.filter((uid) => {
    row = table.find(uid, row + 1);
    return row >= 0 && table.modSeqAt(row) > modSeq;
  });
}

/** Taken from the index of what has changed, so that the others are not looked at. */
async function changedAmong(
  session: Session,
  selected: SelectedMailbox,
  uids: Uint32Array,
  modSeq: number,
): Promise<Uint32Array> {
  const changed = await readChangedUids(session.server.db, selected.id, modSeq);
  let at = 0;
  return changed.filter((uid) => {
    while (at < uids.length && (uids[at] as number) < uid) at++;
    return uids[at] === uid;
  });
}

function readRequest(session: Session, { cursor, name }: Command): FetchRequest {
  cursor.space();
  const set = readSequenceSet(cursor);
  cursor.space();
  const items = parseFetchItems(cursor);
  const modifiers = cursor.take(' ') ? readModifiers(cursor) : NO_MODIFIERS;
  const { changedSince, tellsVanished, page } = modifiers;
  cursor.end();
  if (tellsVanished) requireVanishedAllowed(session, name === 'UID FETCH');
  // RFC 9394 §3.4
  if (page !== null && name !== 'UID FETCH') throw new BadSyntax('PARTIAL needs UID FETCH');
  const has = (wanted: SimpleItem): boolean =>
    items.some((item) => item.kind === 'simple' && item.name === wanted);
  // RFC 7162 §3.1.4.1: CHANGEDSINCE asks for MODSEQ, and both enable CONDSTORE.
  if (changedSince !== null && !has('MODSEQ')) items.push({ kind: 'simple', name: 'MODSEQ' });
  if (has('MODSEQ')) enableCondstore(session);
  // RFC 9051 §6.4.9: an answer to UID FETCH always has the UID.
  // RFC 9586 §3.4: unless it is the number of the answer.
  const tellsUid = name === 'UID FETCH' && !session.enabled.has('UIDONLY');
  if (tellsUid && !has('UID')) items.unshift({ kind: 'simple', name: 'UID' });
  return { set, items, changedSince, tellsVanished, page };
}

type Modifiers = Pick<FetchRequest, 'changedSince' | 'tellsVanished' | 'page'>;

const NO_MODIFIERS: Modifiers = { changedSince: null, tellsVanished: false, page: null };

/** RFC 7162 §3.1.4.1, §3.2.6, RFC 9394 §3.4: `(CHANGEDSINCE n)`, `(CHANGEDSINCE n VANISHED)`, `(PARTIAL 1:50)`. */
function readModifiers(cursor: Cursor): Modifiers {
  const modifiers = { ...NO_MODIFIERS };
  cursor.list(() => {
    const word = cursor.word();
    if (word === 'VANISHED') modifiers.tellsVanished = true;
    else if (word === 'CHANGEDSINCE') {
      cursor.space();
      modifiers.changedSince = cursor.number64();
    } else if (word === 'PARTIAL' && modifiers.page === null) {
      cursor.space();
      modifiers.page = readPageRange(cursor);
    } else throw new BadSyntax('unknown modifier');
  });
  if (modifiers.changedSince === null && (modifiers.page === null || modifiers.tellsVanished)) {
    throw new BadSyntax('CHANGEDSINCE expected');
  }
  return modifiers;
}

async function tellVanished(
  session: Session,
  selected: SelectedMailbox,
  request: FetchRequest,
): Promise<void> {
  const { set, changedSince } = request;
  const changes = await changesSince(session.server.db, selected.id, changedSince ?? 0);
  if (changes === null) return;
  if (changes.mailbox.modSeq > selected.modSeq) selected.isDirty = true;
  if (set !== '$') await tellVanishedEarlier(session, selected, changes, set);
}
