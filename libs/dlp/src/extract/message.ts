// Messages of Outlook as files ([MS-OXMSG]): a storage with a stream for every property that is longer than a number, and
// storages for recipients and attachments, of which one may be a message itself.
import type { Storage, Within } from './compound-file.ts';
import {
  attachedBy,
  INTEGER,
  INTERNET_PAGE,
  MESSAGE_PAGE,
  nameOfAttachment,
  OBJECT,
  type Pages,
  type Property,
  readProperties,
} from './mapi.ts';

/** [MS-OXMSG] §2.1.3: the property and its type; of one with several values each has a number. */
const PROPERTY = /^__substg1\.0_([0-9A-F]{4})([0-9A-F]{4})(?:-([0-9A-F]{8}))?$/i;
const SEVERAL = 0x1000;
const NUMBERS = '__properties_version1.0';
const ATTACHMENT = /^__attach_version1\.0_/i;
const RECIPIENT = /^__recip_version1\.0_/i;
/** What the properties of programs are called. */
const NAMES_OF_PROPERTIES = /^__nameid_version1\.0$/i;

export async function readMessage(message: Storage, within: Within): Promise<void> {
  const pages = pagesOf(within.stream(NUMBERS) ?? Buffer.alloc(0));
  await readProperties(propertiesOf(message, within), pages, within.into);
  for (const storage of message.storages) {
    if (NAMES_OF_PROPERTIES.test(storage.name)) continue;
    if (ATTACHMENT.test(storage.name)) await readAttachment(storage, pages, within);
    else if (RECIPIENT.test(storage.name))
      await readProperties(propertiesOf(storage, within), pages, within.into);
    else await within.storage(storage, storage.name);
  }
}

async function readAttachment(storage: Storage, pages: Pages, within: Within): Promise<void> {
  const properties = propertiesOf(storage, within);
  await readProperties(properties, pages, within.into);
  const name = nameOfAttachment(properties, pages);
  for (const { value } of attachedBy(properties)) await within.into.file({ name, bytes: value });
  for (const inner of storage.storages) await within.storage(inner, name);
}

function propertiesOf({ streams }: Storage, within: Within): Property[] {
  return streams.flatMap((stream) => {
    const [, id = '', written = '', number] = PROPERTY.exec(stream.name) ?? [];
    const type = Number.parseInt(written, 16);
    // Of several values the stream without a number has only their lengths.
    const isList = (type & SEVERAL) !== 0 && number === undefined;
    if (id === '' || isList || type === OBJECT) return [];
    return { id: Number.parseInt(id, 16), type: type & ~SEVERAL, value: within.octets(stream) };
  });
}

/** [MS-OXMSG] §2.4: numbers stand in entries of 16 octets, behind a header whose length is a multiple of eight. */
function pagesOf(numbers: Buffer): Pages {
  const pages: Pages = { strings: null, html: null };
  for (let at = 8; at + 12 <= numbers.length; at += 8) {
    if (numbers.readUInt16LE(at) !== INTEGER) continue;
    const id = numbers.readUInt16LE(at + 2);
    if (id === MESSAGE_PAGE) pages.strings = numbers.readUInt32LE(at + 8);
    if (id === INTERNET_PAGE) pages.html = numbers.readUInt32LE(at + 8);
  }
  return pages;
}
