// The mail that is delivered instead of an infected one: a report with the original attached as message/rfc822. The
// original is read from the volume in pieces and goes back there in pieces, so its size does not matter.
//
// The content's id is derived from the mail's and the generation, so that judging a mail again makes no second report.
import { createHash, randomUUID } from 'node:crypto';
import {
  type Address,
  describeContent,
  MailScanner,
  parseAddress,
  returnPathField,
  type ScannedMail,
  type VirusReport,
  virusReportHeaders,
} from '@pochtar/mail';
import type { BlobStore } from '@pochtar/store/blob';
import type { NewContent } from '@pochtar/store/content';
import { derivedId } from '@pochtar/store/queue';
import type { JudgedMail } from '../filter.ts';

export interface ReportOptions {
  mail: JudgedMail;
  virus: string;
  scanner: string;
  /** This server's name. */
  hostName: string;
}

/** Makes the report and its body durable; its row is the caller's. */
export async function reportContent(blobs: BlobStore, options: ReportOptions): Promise<NewContent> {
  const { mail } = options;
  const { generation } = mail;
  const id = derivedId(mail.id, [], generation === 1 ? 'virus report' : `virus report ${generation}`);
  const original = await scan(blobs.readStream(mail.content.blob));
  const { head, tail } = virusReportHeaders(reportOf(id, options, original));
  // RFC 5321 §4.4: what is stored begins with the return path; nobody is told that a report could not be delivered.
  const front = Buffer.concat([returnPathField(null), head]);
  const pieces = async function* (): AsyncGenerator<Buffer> {
    yield front;
    yield* blobs.readStream(mail.content.blob);
    yield tail;
  };
  const hash = createHash('sha256');
  const scanner = new MailScanner();
  for await (const piece of pieces()) {
    hash.update(piece);
    scanner.write(piece);
  }
  const description = describeContent(scanner.end());
  const sha256 = hash.digest();
  const blob = await blobs.putStream(id, pieces(), description.size, sha256);
  return { id, blob, sha256, description };
}

async function scan(body: AsyncIterable<Buffer>): Promise<ScannedMail> {
  const scanner = new MailScanner();
  for await (const piece of body) scanner.write(piece);
  return scanner.end();
}

function reportOf(id: string, options: ReportOptions, original: ScannedMail): VirusReport {
  const { mail, hostName, virus, scanner } = options;
  const from: Address = { localPart: 'MAILER-DAEMON', domain: hostName };
  const field = (name: string): string | null =>
    original.fields.find((candidate) => candidate.lower === name)?.value ?? null;
  // Recipients are not told of each other: to several of them the report is addressed to nobody in particular.
  const [recipient] = mail.recipients;
  const isOne = mail.recipients.length === 1;
  return {
    from,
    to: (isOne && recipient !== undefined && parseAddress(recipient)) || from,
    date: new Date(),
    messageId: `<${id}@${hostName}>`,
    boundary: `report-${randomUUID()}`,
    reportingMta: hostName,
    virus,
    scanner,
    mailId: mail.id,
    original: {
      reversePath: mail.reversePath === '' ? null : parseAddress(mail.reversePath),
      from: field('from'),
      subject: field('subject'),
      date: field('date'),
      messageId: field('message-id'),
      has8bit: original.has8bit,
    },
    form: 'attached',
    language: 'both',
  };
}
