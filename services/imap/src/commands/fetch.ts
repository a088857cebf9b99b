// FETCH (RFC 9051 §6.4.5), page by page: nothing of the database is held while bytes go to the client.
import { changesSince, FLAG, fetchMessages, type MessagePage, storeFlags } from '@pochtar/store/mailbox';
import type { Command } from '../command-reader.ts';
import type { Run, Session } from '../command.ts';
import { type FetchItem, neededColumns, parseFetchItems, type SimpleItem } from '../fetch/fetch-items.ts';
import { MessageWriter, type Trouble } from '../fetch/message-writer.ts';
import { bad, no, ok, type Reply, someExpunged } from '../reply.ts';
import type { SelectedMailbox } from '../selected-mailbox.ts';
import { announce } from '../server.ts';
import { readSequenceSet } from '../sequence-argument.ts';
import { BadSyntax, type Cursor } from '../syntax/cursor.ts';
import type { SequenceSet } from '../syntax/sequence-set.ts';
import { requireVanishedAllowed, tellVanishedEarlier } from '../vanished.ts';
import { noteOwn } from './store.ts';

interface FetchRequest {
  set: SequenceSet | '$';
  items: FetchItem[];
  changedSince: number | null;
  tellsVanished: boolean;
}

export const fetch: Run = async (session, command) => {
  const request = readRequest(session, command);
  const { selected, server } = session;
  if (selected === null) return bad('select a mailbox first');
  const isUid = command.name === 'UID FETCH';
  const uids = selected.uidsOf(request.set, isUid);
  if (uids === null) return bad('no such message');
  const { items, changedSince } = request;
  const setsSeen = !selected.isReadOnly && items.some((item) => item.kind !== 'simple' && item.setsSeen);
  const writer = new MessageWriter(session, selected, items);
  if (request.tellsVanished) await tellVanished(session, selected, request);
  let found = 0;
  let refusal: Reply | null = null as Reply | null;
  for await (const page of fetchMessages(server.db, selected.id, uids, neededColumns(items))) {
    found += page.uids.length;
    const seen = setsSeen ? await markSeen(session, selected, page) : new Set<number>();
    await writer.writePage(page, {
      // RFC 7162 §3.1.4.1
      isWanted: (at) => changedSince === null || (page.modSeqs[at] as number) > changedSince,
      extraOf: (at) => (seen.has(page.uids[at] as number) ? extraItems(session, items) : NOTHING),
      onTrouble: (trouble) => {
        refusal = TROUBLE[trouble];
      },
    });
    await session.output.flush();
  }
  if (refusal !== null) return refusal;
  if (found === uids.length) return ok('done');
  selected.isDirty = true;
  // RFC 9051 §6.4.9: UIDs that are not there are no error.
  return isUid ? ok('done') : someExpunged;
};

const NOTHING: readonly SimpleItem[] = [];
const TROUBLE: Record<Trouble, Reply> = {
  unreadable: no('a message could not be read', 'SERVERBUG'),
  unknownEncoding: no('the transfer encoding is unknown', 'UNKNOWN-CTE'),
};

function readRequest(session: Session, { cursor, name }: Command): FetchRequest {
  cursor.space();
  const set = readSequenceSet(cursor);
  cursor.space();
  const items = parseFetchItems(cursor);
  const modifiers = cursor.take(' ') ? readModifiers(cursor) : NO_MODIFIERS;
  const { changedSince, tellsVanished } = modifiers;
  cursor.end();
  if (tellsVanished) requireVanishedAllowed(session, name === 'UID FETCH');
  const has = (wanted: SimpleItem): boolean =>
    items.some((item) => item.kind === 'simple' && item.name === wanted);
  // RFC 7162 §3.1.4.1: CHANGEDSINCE asks for MODSEQ, and both enable CONDSTORE.
  if (changedSince !== null && !has('MODSEQ')) items.push({ kind: 'simple', name: 'MODSEQ' });
  if (has('MODSEQ')) session.enabled.add('CONDSTORE');
  // RFC 9051 §6.4.9: an answer to UID FETCH always has the UID.
  if (name === 'UID FETCH' && !has('UID')) items.unshift({ kind: 'simple', name: 'UID' });
  return { set, items, changedSince, tellsVanished };
}

interface Modifiers {
  changedSince: number | null;
  tellsVanished: boolean;
}

const NO_MODIFIERS: Modifiers = { changedSince: null, tellsVanished: false };

/** RFC 7162 §3.1.4.1, §3.2.6: `(CHANGEDSINCE n)` and `(CHANGEDSINCE n VANISHED)`. */
function readModifiers(cursor: Cursor): Modifiers {
  const modifiers = { ...NO_MODIFIERS };
  cursor.list(() => {
    const word = cursor.word();
    if (word === 'VANISHED') modifiers.tellsVanished = true;
    else if (word !== 'CHANGEDSINCE') throw new BadSyntax('unknown modifier');
    else {
      cursor.space();
      modifiers.changedSince = cursor.number64();
    }
  });
  if (modifiers.changedSince === null) throw new BadSyntax('CHANGEDSINCE expected');
  return modifiers;
}

async function tellVanished(
  session: Session,
  selected: SelectedMailbox,
  request: FetchRequest,
): Promise<void> {
  const { set, changedSince } = request;
  const changes = await changesSince(session.server.db, selected.id, changedSince ?? 0);
  if (changes !== null && set !== '$') tellVanishedEarlier(session, selected, changes, set);
}

/** RFC 9051 §6.4.5: reading a body sets \Seen, and the answer shows the new flags. */
async function markSeen(
  session: Session,
  selected: SelectedMailbox,
  page: MessagePage,
): Promise<Set<number>> {
  const unseen = page.uids.filter((_, at) => ((page.flags[at] as number) & FLAG.seen) === 0);
  const marked = new Set<number>();
  if (unseen.length === 0) return marked;
  const places = new Map(page.uids.map((uid, at) => [uid, at]));
  const edit = { mode: 'add', flags: FLAG.seen, keywords: [] } as const;
  for await (const { messages, modSeq } of storeFlags(session.server.db, selected.id, unseen, edit)) {
    for (const [at, uid] of messages.uids.entries()) {
      const place = places.get(uid) as number;
      page.flags[place] = messages.flags[at] as number;
      page.keywords[place] = messages.keywords[at] as string;
      page.modSeqs[place] = messages.modSeqs[at] as number;
      marked.add(uid);
    }
    if (modSeq === null) continue;
    noteOwn(selected, modSeq);
    announce(session.server, session.accountId, [{ mailboxId: selected.id, modSeq }]);
  }
  return marked;
}

/** What a message whose flags were just changed shows besides what was asked for. */
function extraItems(session: Session, items: readonly FetchItem[]): readonly SimpleItem[] {
  const extra: SimpleItem[] = [];
  const has = (wanted: SimpleItem): boolean =>
    items.some((item) => item.kind === 'simple' && item.name === wanted);
  if (!has('FLAGS')) extra.push('FLAGS');
  if (session.enabled.has('CONDSTORE') && !has('MODSEQ')) extra.push('MODSEQ');
  return extra;
}
