// One candidate of a search: what its row says, and what has to be read, read once and only when it is asked for.
import { type HeaderField, parseHeaderFields, writtenDay } from '@pochtar/mail';
import { fieldTexts } from '@pochtar/mail/search';
import { BlobMissing } from '@pochtar/store/blob';
import type { MessageContent, MessagePage } from '@pochtar/store/mailbox';
import { shortHeaderFor } from '../fetch/header-fields.ts';
import { MessageBytes } from '../fetch/message-bytes.ts';
import type { Server } from '../server.ts';
import { MessageText } from './message-text.ts';

export class SearchedMessage {
  readonly uid: number;
  readonly flags: number;
  /** In lower case. */
  readonly keywords: readonly string[];
  readonly modSeq: number;
  readonly internalDate: number;
  readonly size: number;
  readonly #server: Server;
  readonly #content: MessageContent | null;
  #opened: MessageBytes | null = null;
  #text: MessageText | null = null;
  #shortFields: HeaderField[] | null = null;
  #allFields: HeaderField[] | null = null;
  /** Of the fields that were asked for, folded. */
  readonly #texts = new Map<string, string[]>();

  constructor(server: Server, page: MessagePage, at: number) {
    this.#server = server;
    this.#content = page.contents[at] ?? null;
    this.uid = page.uids[at] as number;
    this.flags = page.flags[at] as number;
    this.keywords = (page.keywords[at] as string).toLowerCase().split(' ');
    this.modSeq = page.modSeqs[at] as number;
    this.internalDate = page.internalDates[at] as number;
    this.size = page.sizes[at] as number;
  }

  /** Milliseconds since 1970. */
  get savedAt(): number {
    return this.#contentRow().savedAt as number;
  }

  get contentId(): string {
    return this.#contentRow().id;
  }

  async headerContains(name: string, needle: string): Promise<boolean> {
    let texts = this.#texts.get(name);
    if (texts === undefined) {
      texts = (await this.#fields(name)).filter(({ lower }) => lower === name).flatMap(fieldTexts);
      this.#texts.set(name, texts);
    }
    return texts.some((text) => text.includes(needle));
  }

  /**
   * The day of the Date field, days since 1970; null when there is none. RFC 9051 §6.4.4: time and zone are
   * disregarded, so it is the day as it was written.
   */
  async sentDay(): Promise<number | null> {
    const { sentDay } = this.#contentRow();
    return sentDay === undefined ? writtenDay((await this.fieldValue('date')) ?? '') : sentDay;
  }

  /** Of the first field of that name (lower case), as it stands in the header; null when there is none. */
  async fieldValue(name: string): Promise<string | null> {
    return (await this.#fields(name)).find((field) => field.lower === name)?.value ?? null;
  }

  async bodyContains(needle: string): Promise<boolean> {
    return this.#reading((text) => text.bodyContains(needle));
  }

  async textContains(needle: string): Promise<boolean> {
    return this.#reading(async (text) => (await text.headerContains(needle)) || text.bodyContains(needle));
  }

  /** A body that is missing holds nothing; the reader of that message is told. */
  async #reading(look: (text: MessageText) => Promise<boolean>): Promise<boolean> {
    this.#text ??= new MessageText(this.#bytes());
    try {
      return await look(this.#text);
    } catch (error) {
      if (!(error instanceof BlobMissing)) throw error;
      return false;
    }
  }

  async #fields(name: string): Promise<readonly HeaderField[]> {
    if (this.#allFields !== null) return this.#allFields;
    const short = shortHeaderFor(this.#contentRow(), this.#bytes(), [name]);
    if (short !== null) {
      this.#shortFields ??= parseHeaderFields(short);
      return this.#shortFields;
    }
    try {
      const header = await this.#bytes().read({ start: 0, end: this.#bytes().headerSize });
      this.#allFields = parseHeaderFields(header);
    } catch (error) {
      if (!(error instanceof BlobMissing)) throw error;
      this.#allFields = [];
    }
    return this.#allFields;
  }

  #bytes(): MessageBytes {
    this.#opened ??= new MessageBytes(this.#server.blobs, this.#server.db, this.#contentRow());
    return this.#opened;
  }

  #contentRow(): MessageContent {
    if (this.#content === null) throw new TypeError('the search did not fetch content');
    return this.#content;
  }
}
