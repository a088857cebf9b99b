// One `* n FETCH (…)` (RFC 9051 §7.5.2). Whatever has to be read is looked for before the first octet goes out, so
// that a body that can't be found costs its message and not the connection.
import { bodyText, textToBytes, withoutGlobal } from '@pochtar/mail';
import {
  BlobMissing,
  type BlobReference,
  type BodyReads,
  JoinedReads,
  readTogether,
} from '@pochtar/store/blob';
import type { MessageContent, MessagePage } from '@pochtar/store/mailbox';
import { Disconnected, Turn } from '@pochtar/runtime';
import type { SelectedMailbox } from '../selected-mailbox.ts';
import type { Session } from '../command.ts';
import { emailId } from '../object-id.ts';
import { isRecent, meetKeywords } from '../sync.ts';
import { fetchStart } from '../uid-only.ts';
import { formatDateTime } from '../syntax/date-time.ts';
import { formatFlags } from '../syntax/flag-list.ts';
import { formatString, formatUtf8 } from '../syntax/response-text.ts';
import { envelopeOf } from './envelope.ts';
import type { FetchItem, SectionItem, SimpleItem } from './fetch-items.ts';
import { isUnseen, markSeen } from './mark-seen.ts';
import { MessageBytes } from './message-bytes.ts';
import { previewText } from './preview.ts';
import { type SectionBytes, sectionBytes } from './section-bytes.ts';

export type Trouble = 'unreadable' | 'unknownEncoding';

/** Messages that are read at once, and marked at once, and octets of them; what is longer comes alone. */
const MAX_GROUP = 16;
const MAX_GROUP_SIZE = 256 * 1024;
/** Octets of a message that is read with others. */
const MAX_SHORT = 64 * 1024;

export class MessageWriter {
  readonly #session: Session;
  readonly #selected: SelectedMailbox;
  readonly #items: readonly FetchItem[];
  readonly #needsBytes: boolean;
  readonly #setsSeen: boolean;
  readonly #sections: number;
  /** How many messages the next group may have. */
  #groupLimit: number;
  /** What went wrong with a message; the last of it. */
  trouble: Trouble | null = null;

  constructor(session: Session, selected: SelectedMailbox, items: readonly FetchItem[], setsSeen: boolean) {
    this.#session = session;
    this.#selected = selected;
    this.#items = items;
    this.#setsSeen = setsSeen;
    this.#sections = items.filter((item) => item.kind !== 'simple').length;
    // In step with the client: a line that breaks at the first message must not mark those behind it.
    this.#groupLimit = setsSeen ? 1 : MAX_GROUP;
    this.#needsBytes = items.some((item) => item.kind !== 'simple' || item.name === 'PREVIEW');
  }

  /** Writes the messages of a page, and marks as \Seen those whose bodies were written. */
  async writePage(page: MessagePage): Promise<void> {
    if (!this.#needsBytes) return this.#writeTexts(page);
    // Short messages are read a few at once and ahead: far storage answers slowly, one after another it would take for ever.
    let group = this.#prepareGroup(page, 0);
    while (group.places.length > 0) {
      const { places, prepared } = group;
      group = this.#prepareGroup(page, (places.at(-1) as number) + 1);
      await this.#writeGroup(page, places, await Promise.all(prepared));
    }
  }

  #prepareGroup(page: MessagePage, from: number): { places: number[]; prepared: Promise<Prepared>[] } {
    const places: number[] = [];
    let size = 0;
    for (let at = from; at < page.uids.length && places.length < this.#groupLimit; at++) {
      const octets = page.sizes[at] as number;
      size += Math.min(octets, MAX_SHORT) * Math.max(1, this.#sections);
      if (places.length > 0 && (octets > MAX_SHORT || size > MAX_GROUP_SIZE)) break;
      places.push(at);
      if (octets > MAX_SHORT) break;
    }
    if (places.length > 0) this.#groupLimit = Math.min(this.#groupLimit * 2, MAX_GROUP);
    const reads = this.#readsOf(page, places);
    return { places, prepared: places.map((at) => this.#prepare(page, at, reads)) };
  }

  /** Whole bodies of a group are read together. */
  #readsOf(page: MessagePage, places: readonly number[]): BodyReads {
    const { blobs } = this.#session.server;
    const isWhole = this.#items.some(
      (item) => item.kind === 'section' && item.section.text === '' && !item.partial,
    );
    const references = places.map((at) => page.contents[at]?.stored?.blob);
    if (!isWhole || references.includes(undefined)) return blobs;
    return new JoinedReads(blobs, readTogether(references as BlobReference[]));
  }

  async #writeGroup(page: MessagePage, places: readonly number[], group: readonly Prepared[]): Promise<void> {
    const session = this.#session;
    const unseen = places.filter((at, index) => this.#setsSeen && isRead(group[index]) && isUnseen(page, at));
    // One alone is marked when its octets have gone out. Of several, those before them have.
    const isLate = places.length === 1;
    let marked = new Set<number>();
    if (unseen.length > 0 && !isLate) {
      await session.output.flush();
      if (session.socket.destroyed) throw new Disconnected('the client has gone');
      marked = await markSeen(session, this.#selected, page, unseen);
    }
    for (const [index, at] of places.entries()) {
      const prepared = group[index] as Prepared;
      if ('error' in prepared) throw prepared.error;
      if (prepared.trouble !== null) this.trouble = prepared.trouble;
      if (prepared.ready.length === 0) continue;
      if (isLate && unseen.length > 0) await this.#writeUnseen(page, at, prepared.ready);
      else await this.#write(page, at, prepared.ready, marked.has(at) ? this.#flagItems('extra') : []);
    }
  }

  /** What rows and the texts of contents say. */
  async #writeTexts(page: MessagePage): Promise<void> {
    const { output, server } = this.#session;
    const turn = new Turn();
    for (const at of page.uids.keys()) {
      const words: string[] = [];
      for (const item of this.#items) {
        const { name } = item as { name: SimpleItem };
        if (name !== 'ENVELOPE') words.push(this.#word(page, at, name));
        else {
          const envelope = envelopeOf(server, page.contents[at] as MessageContent);
          words.push(`ENVELOPE ${typeof envelope === 'string' ? envelope : await envelope}`);
        }
      }
      const start = this.#begin(page, at);
      if (start !== null) output.text(`${start}${words.join(' ')})\r\n`);
      if (output.isFull) await output.flush();
      if (turn.isOver) await turn.pass();
    }
  }

  #word(page: MessagePage, at: number, name: SimpleItem): string {
    if (name !== 'BODY' && name !== 'BODYSTRUCTURE') return this.#simple(page, at, name);
    return this.#structure(page.contents[at] as MessageContent, name);
  }

  #structure({ bodyStructure = '' }: MessageContent, name: 'BODY' | 'BODYSTRUCTURE'): string {
    const structure = name === 'BODY' ? bodyText(bodyStructure) : bodyStructure;
    return `${name} ${this.#session.isRev2 ? structure : withoutGlobal(structure)}`;
  }

  /** How its answer begins; null when the client does not know the message. */
  #begin(page: MessagePage, at: number): string | null {
    const start = fetchStart(this.#session, this.#selected, page.uids[at] as number);
    if (start !== null) meetKeywords(this.#session, this.#selected, page.keywords[at] as string);
    return start;
  }

  async #write(
    page: MessagePage,
    at: number,
    ready: readonly Ready[],
    extra: readonly SimpleItem[],
  ): Promise<void> {
    const { output } = this.#session;
    const start = this.#begin(page, at);
    if (start === null) return;
    output.text(start);
    let place = 0;
    for (const each of ready) {
      if (place++ > 0) output.text(' ');
      await this.#writeReady(page, at, each);
    }
    for (const name of extra) output.text(` ${this.#simple(page, at, name)}`);
    output.text(')\r\n');
    if (output.isFull) await output.flush();
  }

  /** The octets first, then the mark, then the flags as they are now, all in one answer. */
  async #writeUnseen(page: MessagePage, at: number, ready: readonly Ready[]): Promise<void> {
    const session = this.#session;
    const { output } = session;
    const start = this.#begin(page, at);
    if (start === null) return;
    output.text(start);
    let place = 0;
    for (const each of ready) {
      if (each === 'FLAGS' || each === 'MODSEQ') continue;
      if (place++ > 0) output.text(' ');
      await this.#writeReady(page, at, each);
    }
    try {
      await output.flush();
      const marked = await markSeen(session, this.#selected, page, [at]);
      const names = this.#flagItems(marked.has(at) ? 'all' : 'asked');
      for (const name of names) output.text(`${place++ > 0 ? ' ' : ''}${this.#simple(page, at, name)}`);
    } finally {
      // What is wrong with the database must not leave half an answer.
      output.text(')\r\n');
    }
  }

  /** FLAGS and MODSEQ, as far as they are asked for, or as they are shown with a change, or what that is more. */
  #flagItems(which: 'asked' | 'all' | 'extra'): SimpleItem[] {
    const tellsModSeq = this.#session.enabled.has('CONDSTORE');
    return (['FLAGS', 'MODSEQ'] as const).filter((name) => {
      const isAsked = this.#items.some((item) => item.kind === 'simple' && item.name === name);
      if (which === 'asked') return isAsked;
      return (name === 'FLAGS' || tellsModSeq) && !(which === 'extra' && isAsked);
    });
  }

  /** Never rejects: it is awaited later. */
  async #prepare(page: MessagePage, at: number, reads: BodyReads): Promise<Prepared> {
    const { server, log } = this.#session;
    const content = page.contents[at] as MessageContent;
    try {
      const moved = (): void => server.indexes.peek(this.#selected.id)?.table.forgetBodies();
      const bytes = content.stored ? new MessageBytes(reads, server.db, content, moved) : null;
      return await this.#read(content, bytes);
    } catch (error) {
      if (!(error instanceof BlobMissing)) return { error };
      log.error({ err: error, content: content.id }, 'the body of a message is missing');
      return { ready: [], trouble: 'unreadable' };
    }
  }

  async #read(content: MessageContent, bytes: MessageBytes | null): Promise<Prepared> {
    const ready: Ready[] = [];
    let trouble: Trouble | null = null;
    let isProbed = false;
    for (const item of this.#items) {
      if (item.kind === 'simple') {
        ready.push(await this.#text(content, bytes, item.name));
        continue;
      }
      const found = await sectionBytes(bytes as MessageBytes, content, item);
      if (found.kind === 'unknownEncoding') {
        // RFC 3516 §4.3: the command fails, what else was asked for is told.
        trouble = 'unknownEncoding';
        continue;
      }
      const section: ReadySection = { item, bytes: found, opened: null };
      if (found.kind === 'stream' && !isProbed) {
        // All sections are of one body: when the first can be read, the others are there too.
        section.opened = await openFirst(found.open());
        isProbed = true;
      }
      ready.push(section);
    }
    return { ready, trouble };
  }

  async #writeReady(page: MessagePage, at: number, each: Ready): Promise<void> {
    if (typeof each === 'string') this.#session.output.text(this.#simple(page, at, each));
    else if ('text' in each) this.#session.output.text(each.text);
    else await this.#writeSection(each);
  }

  async #text(content: MessageContent, bytes: MessageBytes | null, name: SimpleItem): Promise<Ready> {
    if (name === 'BODYSTRUCTURE' || name === 'BODY') return { text: this.#structure(content, name) };
    if (name === 'PREVIEW') {
      const text = await previewText(bytes as MessageBytes);
      const { isUtf8 } = this.#session;
      return { text: `PREVIEW ${(isUtf8 ? formatUtf8 : formatString)(textToBytes(text))}` };
    }
    if (name !== 'ENVELOPE') return name;
    return { text: `ENVELOPE ${await envelopeOf(this.#session.server, content)}` };
  }

  async #writeSection({ item, bytes, opened }: ReadySection): Promise<void> {
    const { output } = this.#session;
    switch (bytes.kind) {
      case 'nil':
        return output.text(`${item.label} NIL`);
      case 'size':
        return output.text(`${item.label} ${bytes.size}`);
      case 'memory':
        // RFC 9051 §4.3.1: literal8 may hold NUL, which decoded content may have.
        output.text(`${item.label} ${bytes.isBinary ? '~' : ''}{${bytes.octets.length}}\r\n`);
        return output.octets(bytes.octets);
      case 'stream':
        output.text(`${item.label} ${bytes.isBinary ? '~' : ''}{${bytes.length}}\r\n`);
        return this.#stream(bytes, opened);
    }
  }

  async #stream(bytes: Extract<SectionBytes, { kind: 'stream' }>, opened: Opened | null): Promise<void> {
    const { output, log } = this.#session;
    const { first, rest } = opened ?? (await openFirst(bytes.open()));
    let written = 0;
    try {
      if (first !== null) {
        written += first.length;
        await output.octets(first);
      }
      for (let next = await rest.next(); !next.done; next = await rest.next()) {
        written += next.value.length;
        await output.octets(next.value);
      }
      if (written !== bytes.length) throw new Error(`${written} octets instead of ${bytes.length}`);
    } catch (error) {
      if (error instanceof Disconnected) throw error;
      // The client waits for the announced octets: nothing else can be told any more.
      log.error({ err: error }, 'a message could not be sent to its end');
      throw new Disconnected('a literal could not be completed');
    } finally {
      await rest.return?.();
    }
  }

  #simple(page: MessagePage, at: number, name: SimpleItem): string {
    const uid = page.uids[at] as number;
    switch (name) {
      case 'UID':
        return `UID ${uid}`;
      case 'FLAGS': {
        const recent = isRecent(this.#session, this.#selected, uid);
        return `FLAGS (${formatFlags(page.flags[at] as number, page.keywords[at] as string, recent)})`;
      }
      case 'INTERNALDATE':
        return `INTERNALDATE "${formatDateTime(page.internalDates[at] as number)}"`;
      case 'RFC822.SIZE':
        return `RFC822.SIZE ${page.sizes[at]}`;
      case 'MODSEQ':
        this.#selected.noteTold(page.modSeqs[at] as number);
        return `MODSEQ (${page.modSeqs[at]})`;
      case 'EMAILID':
        return `EMAILID (${emailId((page.contents[at] as MessageContent).id)})`;
      // RFC 8474 §5.2: threads are not told apart.
      case 'THREADID':
        return 'THREADID NIL';
      case 'SAVEDATE':
        return `SAVEDATE "${formatDateTime((page.contents[at] as MessageContent).savedAt as number)}"`;
      case 'BODY':
      case 'BODYSTRUCTURE':
      case 'ENVELOPE':
      case 'PREVIEW':
        throw new TypeError(`${name} is no item of message rows`);
    }
  }
}

type Prepared = { ready: Ready[]; trouble: Trouble | null } | { error: unknown };

/** A message whose body goes out. */
function isRead(prepared: Prepared | undefined): boolean {
  return prepared !== undefined && 'ready' in prepared && prepared.trouble === null;
}

/** An item of the message row, which is written as the row is then; a text; a section. */
type Ready = SimpleItem | { text: string } | ReadySection;

interface ReadySection {
  item: SectionItem;
  bytes: Exclude<SectionBytes, { kind: 'unknownEncoding' }>;
  opened: Opened | null;
}

interface Opened {
  first: Buffer | null;
  rest: AsyncIterator<Buffer>;
}

async function openFirst(pieces: AsyncIterable<Buffer>): Promise<Opened> {
  const rest = pieces[Symbol.asyncIterator]();
  const first = await rest.next();
  return { first: first.done ? null : first.value, rest };
}
