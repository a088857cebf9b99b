// Mails that a scanner cannot look into, made to see whether it says so: one that answers "clean" would let every such
// mail pass. As small as they can be; nothing in them is harmful.
import { crc32 } from 'node:zlib';

const head = 'From: test@pochtar.invalid\r\nSubject: test of the settings\r\nMIME-Version: 1.0\r\n';

export const cleanMail = Buffer.from(`${head}Content-Type: text/plain\r\n\r\nThis is a test.\r\n`);

/** A mail with one file. */
export function mailWith(file: Buffer, name: string): Buffer {
  const body = file.toString('base64').replace(/.{76}/g, '$&\r\n');
  return Buffer.from(
    `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/octet-stream\r\n` +
      `Content-Disposition: attachment; filename=${name}\r\nContent-Transfer-Encoding: base64\r\n\r\n${body}\r\n--b--\r\n`,
  );
}

/** A file that is encrypted, with a password that nobody knows: AlertEncrypted of clamd. */
export function encryptedMail(): Buffer {
  const text = Buffer.from('encrypted text that nobody can read, of some length');
  return mailWith(zip('secret.txt', text, { isEncrypted: true }), 'secret.zip');
}

/** More than clamd can be told to look (MaxRecursion), so that it is over the limit of any. */
const DEEP = 120;

/** Files in files, deeper than a scanner looks: AlertExceedsMax of clamd. */
export function deepMail(): Buffer {
  let file: Buffer = Buffer.from('at the end');
  for (let depth = 0; depth < DEEP; depth++) file = zip(depth === 0 ? 'x.txt' : 'x.zip', file);
  return mailWith(file, 'deep.zip');
}

/** A mail of so many bytes, in pieces: StreamMaxLength of clamd. */
export async function* largeMail(bytes: number): AsyncGenerator<Buffer> {
  const front = Buffer.from(`${head}Content-Type: text/plain\r\n\r\n`);
  yield front;
  const piece = Buffer.alloc(64 * 1024, `${'all work and no play '.repeat(3)}\r\n`);
  for (let left = bytes - front.length; left > 0; left -= piece.length) {
    yield left >= piece.length ? piece : piece.subarray(0, left);
  }
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const DOS_DATE = 0x5a21;

/** One file in a zip, as it is. */
function zip(name: string, content: Buffer, { isEncrypted = false } = {}): Buffer {
  const bytes = isEncrypted ? Buffer.concat([Buffer.alloc(12, 0x5c), content]) : content;
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(isEncrypted ? 1 : 0, 2);
  common.writeUInt16LE(DOS_DATE, 8);
  common.writeUInt32LE(crc32(content), 10);
  common.writeUInt32LE(bytes.length, 14);
  common.writeUInt32LE(content.length, 18);
  common.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([number(LOCAL), common, Buffer.from(name), bytes]);
  const madeBy = Buffer.from([20, 0]);
  const central = Buffer.concat([number(CENTRAL), madeBy, common, Buffer.alloc(14), Buffer.from(name)]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, central, number(END), end]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
