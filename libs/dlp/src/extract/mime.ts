// Mails: every part decoded and handed on as a file, with the texts that stand around them (subjects, names of files, what
// stands before and behind the parts of a multipart, which mail programs do not show).
import {
  decodeWords,
  MailScanner,
  parameterOctets,
  parseHeaderFields,
  type Part,
  transferDecoded,
} from '@pochtar/mail';
import type { FoundFile, Into } from './extraction.ts';

const MAX_HEADER = 256 * 1024;
/** Fields that people write in. */
const WRITTEN_FIELDS = new Set([
  'subject',
  'comments',
  'keywords',
  'from',
  'to',
  'cc',
  'reply-to',
  'organization',
]);

export async function readMail({ bytes }: FoundFile, into: Into): Promise<void> {
  const scanner = new MailScanner();
  scanner.write(bytes);
  const { root, problems } = scanner.end();
  // A part that was not looked into is the last of too many, or too deep.
  const opaque = problems.some((problem) => problem.startsWith('more than')) ? 'tooMany' : 'tooDeep';
  await new MailReading(bytes, into, opaque).header(root);
}

class MailReading {
  readonly #bytes: Buffer;
  readonly #into: Into;
  readonly #opaque: 'tooMany' | 'tooDeep';

  constructor(bytes: Buffer, into: Into, opaque: 'tooMany' | 'tooDeep') {
    this.#bytes = bytes;
    this.#into = into;
    this.#opaque = opaque;
  }

  /** Of the mail, or of one that is a part of it. */
  async header(root: Part): Promise<void> {
    const end = Math.min(root.bodyStart, root.headerStart + MAX_HEADER);
    if (end < root.bodyStart) this.#into.unread('tooLarge', 'header');
    const fields = parseHeaderFields(this.#bytes.subarray(root.headerStart, end));
    const written = fields.filter(({ lower }) => WRITTEN_FIELDS.has(lower));
    this.#into.text(written.map(({ value }) => decodeWords(value)).join('\n'));
    await this.#part(root);
  }

  async #part(part: Part): Promise<void> {
    const name = nameOf(part);
    if (name !== '') this.#into.text(name);
    if (part.opaque) return this.#into.unread(this.#opaque, name);
    if (part.kind === 'multipart') return this.#multipart(part);
    const [inner] = part.children;
    // RFC 2046 §5.2.1: an embedded message has no encoding. Clients decode one that has.
    const isEncoded = part.encoding === 'base64' || part.encoding === 'quoted-printable';
    if (part.kind === 'message' && inner && !isEncoded) return this.header(inner);
    await this.#leaf(part, name);
  }

  async #multipart(part: Part): Promise<void> {
    let from = part.bodyStart;
    for (const child of part.children) {
      this.#between(from, child.headerStart);
      await this.#part(child);
      from = child.end;
    }
    this.#between(from, part.end);
  }

  #between(start: number, end: number): void {
    if (end - start > 0) this.#into.text(this.#bytes.toString('utf8', start, end));
  }

  async #leaf(part: Part, name: string): Promise<void> {
    const body = transferDecoded(this.#bytes.subarray(part.bodyStart, part.end), part.encoding);
    if (body === null) return this.#into.unread('unknownFormat', name || part.encoding);
    const charset = parameterOctets(part.parameters, 'charset') ?? null;
    await this.#into.file({ name, bytes: body, charset, isHtml: part.subtype === 'html' });
  }
}

function nameOf({ disposition, parameters }: Part): string {
  const octets =
    (disposition && parameterOctets(disposition.parameters, 'filename')) ??
    parameterOctets(parameters, 'name');
  return octets === undefined ? '' : decodeWords(octets).slice(0, 255);
}
