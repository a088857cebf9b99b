// Notifications read by a parser that is not ours.
import PostalMime from 'postal-mime';
import type { PostOffice } from './post-office.ts';

export interface ReadNotice {
  subject: string;
  from: string;
  to: string;
  autoSubmitted: string | undefined;
  text: string;
  /** Field groups of message/delivery-status: the mail's, then one a recipient; names in lower case. */
  status: Record<string, string>[];
  /** The returned mail or its header. */
  returned: { type: string; text: string };
}

export async function readNotice(bytes: Buffer): Promise<ReadNotice> {
  const mail = await PostalMime.parse(bytes, { forceRfc822Attachments: true });
  const parts = mail.attachments.map(({ mimeType, content }) => ({
    type: mimeType,
    text: typeof content === 'string' ? content : Buffer.from(content as ArrayBuffer).toString('utf8'),
  }));
  const status = parts.find(({ type }) => type.endsWith('delivery-status'));
  const returned = parts.find(({ type }) => /rfc822|global/.test(type) && !/delivery-status/.test(type));
  if (!status || !returned) throw new Error(`no report in ${JSON.stringify(parts.map(({ type }) => type))}`);
  return {
    subject: mail.subject ?? '',
    from: mail.from?.address ?? '',
    to: mail.to?.map(({ address }) => address).join(', ') ?? '',
    autoSubmitted: mail.headers.find(({ key }) => key === 'auto-submitted')?.value,
    text: mail.text ?? '',
    status: status.text
      .trim()
      .split(/\r?\n\r?\n/)
      .map(fieldsOf),
    returned,
  };
}

function fieldsOf(group: string): Record<string, string> {
  const lines = group.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
}

/** Every notification in a mailbox, oldest first. */
export async function noticesIn(office: PostOffice, name: 'anna' | 'boris'): Promise<ReadNotice[]> {
  const messages = await office.messages(name);
  const reports = messages.filter(({ text }) => /^Content-Type: multipart\/report/im.test(text));
  return Promise.all(reports.map(({ bytes }) => readNotice(bytes)));
}
