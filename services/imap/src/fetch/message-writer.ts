// One `* n FETCH (…)` (RFC 9051 §7.5.2). Whatever has to be read is looked for before the first octet goes out, so
// that a body that can't be found costs its message and not the connection.
import { bodyText, envelopeText, isEnvelopeField, parseHeaderFields } from '@pochtar/mail';
import { BlobMissing } from '@pochtar/store/blob';
import type { MessageContent, MessagePage } from '@pochtar/store/mailbox';
import { Disconnected } from '@pochtar/runtime';
import type { SelectedMailbox } from '../selected-mailbox.ts';
import type { Session } from '../command.ts';
import { isRecent, meetKeywords } from '../sync.ts';
import { formatDateTime } from '../syntax/date-time.ts';
import { formatFlags } from '../syntax/flag-list.ts';
import type { FetchItem, SectionItem, SimpleItem } from './fetch-items.ts';
import { MessageBytes } from './message-bytes.ts';
import { type SectionBytes, sectionBytes } from './section-bytes.ts';

export type Trouble = 'unreadable' | 'unknownEncoding';

export interface PageChoice {
  isWanted(at: number): boolean;
  extraOf(at: number): readonly SimpleItem[];
  onTrouble(trouble: Trouble): void;
}

const MAX_AHEAD = 8;
/** Octets of a message that is read ahead. */
const MAX_AHEAD_SIZE = 64 * 1024;

export class MessageWriter {
  readonly #session: Session;
  readonly #selected: SelectedMailbox;
  readonly #items: readonly FetchItem[];
  readonly #needsBytes: boolean;

  constructor(session: Session, selected: SelectedMailbox, items: readonly FetchItem[]) {
    this.#session = session;
    this.#selected = selected;
    this.#items = items;
    this.#needsBytes = items.some(
      (item) => item.kind !== 'simple' || item.name === 'ENVELOPE' || item.name.startsWith('BODY'),
    );
  }

  /**
   * Writes the messages of a page that `isWanted`, and reports what went wrong with one; `extraOf` names items to
   * show besides those that were asked for.
   */
  async writePage(page: MessagePage, choice: PageChoice): Promise<void> {
    const places = [...page.uids.keys()].filter((at) => choice.isWanted(at));
    if (!this.#needsBytes) {
      for (const at of places) {
        this.#writeRow(page, at, choice.extraOf(at));
        if (this.#session.output.isFull) await this.#session.output.flush();
      }
      return;
    }
    // Short messages are read a few ahead: far storage answers slowly, one after another it would take for ever.
    const ahead: Promise<Prepared>[] = [];
    let next = 0;
    for (const at of places) {
      while (
        next < places.length &&
        (ahead.length === 0 || mayReadAhead(page, places[next] as number, ahead))
      ) {
        ahead.push(this.#prepare(page, places[next++] as number));
      }
      const written = await this.#write(page, at, choice.extraOf(at), (await ahead.shift()) as Prepared);
      if (written !== 'ok') choice.onTrouble(written);
    }
  }

  #writeRow(page: MessagePage, at: number, extra: readonly SimpleItem[]): void {
    const index = this.#begin(page, at);
    if (index < 0) return;
    const words = this.#items.map((item) => this.#simple(page, at, (item as { name: SimpleItem }).name));
    for (const name of extra) words.push(this.#simple(page, at, name));
    this.#session.output.text(`* ${index + 1} FETCH (${words.join(' ')})\r\n`);
  }

  /** The index of the message; below 0 when the client does not know it. */
  #begin(page: MessagePage, at: number): number {
    const index = this.#selected.indexOf(page.uids[at] as number);
    if (index >= 0) meetKeywords(this.#session, this.#selected, page.keywords[at] as string);
    return index;
  }

  async #write(
    page: MessagePage,
    at: number,
    extra: readonly SimpleItem[],
    prepared: Prepared,
  ): Promise<'ok' | Trouble> {
    if ('error' in prepared) throw prepared.error;
    if ('trouble' in prepared) return prepared.trouble;
    const { output } = this.#session;
    const index = this.#begin(page, at);
    if (index < 0) return 'ok';
    output.text(`* ${index + 1} FETCH (`);
    for (const [place, each] of prepared.ready.entries()) {
      if (place > 0) output.text(' ');
      if (typeof each === 'string') output.text(each);
      else await this.#writeSection(each);
    }
    for (const name of extra) output.text(` ${this.#simple(page, at, name)}`);
    output.text(')\r\n');
    if (output.isFull) await output.flush();
    return 'ok';
  }

  /** Never rejects: it is awaited later. */
  async #prepare(page: MessagePage, at: number): Promise<Prepared> {
    const { server, log } = this.#session;
    const content = page.contents[at] as MessageContent;
    try {
      const bytes = content.stored ? new MessageBytes(server.blobs, server.db, content) : null;
      const ready = await this.#read(page, at, content, bytes);
      const isUnknown = ready.some(
        (each) => typeof each !== 'string' && each.bytes.kind === 'unknownEncoding',
      );
      return isUnknown ? { trouble: 'unknownEncoding' } : { ready };
    } catch (error) {
      if (!(error instanceof BlobMissing)) return { error };
      log.error({ err: error, content: content.id }, 'the body of a message is missing');
      return { trouble: 'unreadable' };
    }
  }

  async #read(
    page: MessagePage,
    at: number,
    content: MessageContent,
    bytes: MessageBytes | null,
  ): Promise<Ready[]> {
    const ready: Ready[] = [];
    let isProbed = false;
    for (const item of this.#items) {
      if (item.kind === 'simple') ready.push(await this.#text(page, at, content, bytes, item.name));
      else {
        const found = await sectionBytes(bytes as MessageBytes, content, item);
        const section: ReadySection = { item, bytes: found, opened: null };
        if (found.kind === 'stream' && !isProbed) {
          // All sections are of one body: when the first can be read, the others are there too.
          section.opened = await openFirst(found.open());
          isProbed = true;
        }
        ready.push(section);
      }
    }
    return ready;
  }

  async #text(
    page: MessagePage,
    at: number,
    content: MessageContent,
    bytes: MessageBytes | null,
    name: SimpleItem,
  ): Promise<string> {
    if (name === 'BODYSTRUCTURE') return `BODYSTRUCTURE ${content.bodyStructure}`;
    if (name === 'BODY') return `BODY ${bodyText(content.bodyStructure ?? '')}`;
    if (name !== 'ENVELOPE') return this.#simple(page, at, name);
    return `ENVELOPE ${await envelopeOf(content, bytes as MessageBytes)}`;
  }

  async #writeSection({ item, bytes, opened }: ReadySection): Promise<void> {
    const { output } = this.#session;
    switch (bytes.kind) {
      case 'nil':
      case 'unknownEncoding':
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
        return `MODSEQ (${page.modSeqs[at]})`;
      case 'BODY':
      case 'BODYSTRUCTURE':
      case 'ENVELOPE':
        throw new TypeError(`${name} is no item of message rows`);
    }
  }
}

type Prepared = { ready: Ready[] } | { trouble: Trouble } | { error: unknown };

type Ready = string | ReadySection;

interface ReadySection {
  item: SectionItem;
  bytes: SectionBytes;
  opened: Opened | null;
}

interface Opened {
  first: Buffer | null;
  rest: AsyncIterator<Buffer>;
}

function mayReadAhead(page: MessagePage, at: number, ahead: readonly unknown[]): boolean {
  return ahead.length < MAX_AHEAD && (page.sizes[at] as number) <= MAX_AHEAD_SIZE;
}

async function openFirst(pieces: AsyncIterable<Buffer>): Promise<Opened> {
  const rest = pieces[Symbol.asyncIterator]();
  const first = await rest.next();
  return { first: first.done ? null : first.value, rest };
}

/** The stored text, unless verdicts put a field in front that ENVELOPE shows. */
async function envelopeOf(content: MessageContent, bytes: MessageBytes): Promise<string> {
  const added = bytes.prefix === null ? [] : parseHeaderFields(bytes.prefix);
  if (!added.some((field) => isEnvelopeField(field.lower))) return content.envelope ?? '';
  return envelopeText(parseHeaderFields(await bytes.read({ start: 0, end: bytes.headerSize })));
}
