// winmail.dat ([MS-OXTNEF]): a message of Outlook as attributes one after the other, most of them lists of properties. Read
// in one pass; a length that leaves the file ends the reading, and says so.
import { Damaged, type FoundFile, type Into, LimitReached } from './extraction.ts';
import {
  attachedBy,
  BINARY,
  INTEGER,
  INTERNET_PAGE,
  MESSAGE_PAGE,
  nameOfAttachment,
  OBJECT,
  type Pages,
  type Property,
  readProperties,
  STRING,
  WIDE_STRING,
} from './mapi.ts';
import { Octets } from './octets.ts';

/** A message has dozens, and some for each of what is attached. */
const MAX_ATTRIBUTES = 20_000;
/** A signature and a key. */
const HEADER = 6;
const CODE_PAGE = 0x00069007;
const SUBJECT = 0x00018004;
const BODY = 0x0002800c;
const PROPERTIES = 0x00069003;
const RECIPIENTS = 0x00069004;
const ATTACHMENT_BEGINS = 0x00069002;
const ATTACHMENT_TITLE = 0x00018010;
const ATTACHMENT_DATA = 0x0006800f;
const ATTACHMENT_PROPERTIES = 0x00069005;
/** Properties that the attributes above stand for. */
const NAME = 0x3704;
const DATA = 0x3701;

export async function readTnef({ bytes }: FoundFile, into: Into): Promise<void> {
  await new Reading(bytes, into).read();
}

class Reading {
  readonly #octets: Octets;
  readonly #into: Into;
  readonly #pages: Pages = { strings: null, html: null };
  #attachment: Property[] = [];

  constructor(bytes: Buffer, into: Into) {
    this.#octets = new Octets(bytes);
    this.#into = into;
  }

  async read(): Promise<void> {
    const octets = this.#octets;
    octets.take(HEADER);
    try {
      for (let count = 0; octets.left > 0; count++) {
        if (count === MAX_ATTRIBUTES) throw new LimitReached('tooMany');
        // Of the message or of an attachment: its number says the same.
        octets.take(1);
        const attribute = octets.u32();
        const value = octets.take(octets.u32());
        // A checksum, which programs do not mind.
        octets.take(2);
        await this.#attribute(attribute, value);
      }
    } finally {
      await this.#endAttachment();
    }
  }

  async #attribute(attribute: number, value: Buffer): Promise<void> {
    if (attribute === CODE_PAGE && value.length >= 4) this.#pages.strings ??= value.readUInt32LE();
    else if (attribute === SUBJECT || attribute === BODY)
      await this.#strings([{ id: 0, type: STRING, value }]);
    else if (attribute === PROPERTIES) await this.#message(propertiesIn(new Octets(value)));
    else if (attribute === RECIPIENTS) await this.#recipients(new Octets(value));
    else if (attribute === ATTACHMENT_BEGINS) await this.#endAttachment();
    else if (attribute === ATTACHMENT_TITLE) this.#attachment.push({ id: NAME, type: STRING, value });
    else if (attribute === ATTACHMENT_DATA) this.#attachment.push({ id: DATA, type: BINARY, value });
    else if (attribute === ATTACHMENT_PROPERTIES) this.#attachment.push(...propertiesIn(new Octets(value)));
  }

  async #message(properties: readonly Property[]): Promise<void> {
    const page = (wanted: number): number | null =>
      properties.find(({ id, type }) => id === wanted && type === INTEGER)?.value.readUInt32LE() ?? null;
    this.#pages.strings = page(MESSAGE_PAGE) ?? this.#pages.strings;
    this.#pages.html = page(INTERNET_PAGE) ?? this.#pages.html;
    await this.#strings(properties);
  }

  async #recipients(octets: Octets): Promise<void> {
    const rows: Property[] = [];
    for (let count = octets.u32(); count > 0; count--) take(rows, propertiesIn(octets));
    await this.#strings(rows);
  }

  #strings(properties: readonly Property[]): Promise<void> {
    return readProperties(properties, this.#pages, this.#into);
  }

  async #endAttachment(): Promise<void> {
    const properties = this.#attachment;
    if (properties.length === 0) return;
    this.#attachment = [];
    await this.#strings(properties);
    const name = nameOfAttachment(properties, this.#pages);
    const attached = attachedBy(properties);
    const hasObject = attached.some(({ type }) => type === OBJECT);
    for (const { type, value } of attached) {
      // [MS-OXTNEF] §2.1.3.4: an object has the number of its kind in front; a message is a winmail.dat itself. Beside it
      // stands a line for programs that do not know it, with a zero at its end.
      const bytes = type === OBJECT ? value.subarray(16) : hasObject ? withoutZero(value) : value;
      await this.#into.file({ name, bytes });
    }
  }
}

function withoutZero(value: Buffer): Buffer {
  return value.at(-1) === 0 ? value.subarray(0, -1) : value;
}

/** Of a message, or of all of its recipients together. */
const MAX_PROPERTIES = 100_000;
const SEVERAL = 0x1000;
/** Properties from here on have a name. */
const NAMED = 0x8000;
const NAMED_BY_NUMBER = 0;
/** Octets of types that have a length of their own. */
const LENGTHS: Readonly<Record<number, number>> = {
  ...{ 0x00: 0, 0x01: 0, 0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8 },
  ...{ 0x0a: 4, 0x0b: 4, 0x14: 8, 0x40: 8, 0x48: 16 },
};
const WITH_LENGTH = new Set([OBJECT, STRING, WIDE_STRING, BINARY]);

/** [MS-OXTNEF] §2.1.3.4 */
function propertiesIn(octets: Octets): Property[] {
  const found: Property[] = [];
  for (let count = octets.u32(); count > 0; count--) {
    const written = octets.u16();
    const id = octets.u16();
    if (id >= NAMED) passName(octets);
    const type = written & ~SEVERAL;
    const length = LENGTHS[type];
    if (length === undefined && !WITH_LENGTH.has(type)) throw new Damaged('a property of no known type');
    const hasCount = length === undefined || (written & SEVERAL) !== 0;
    for (let values = hasCount ? octets.u32() : 1; values > 0; values--) {
      const value = length === undefined ? padded(octets, octets.u32()) : octets.take(length);
      take(found, [{ id, type, value }]);
    }
  }
  return found;
}

function take(properties: Property[], more: readonly Property[]): void {
  if (properties.length + more.length > MAX_PROPERTIES) throw new LimitReached('tooMany');
  properties.push(...more);
}

function passName(octets: Octets): void {
  octets.take(16);
  if (octets.u32() === NAMED_BY_NUMBER) octets.take(4);
  else padded(octets, octets.u32());
}

/** Values fill whole words. */
function padded(octets: Octets, length: number): Buffer {
  const value = octets.take(length);
  octets.take(Math.min(octets.left, (4 - (length % 4)) % 4));
  return value;
}
