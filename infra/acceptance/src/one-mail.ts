// The main job on real input: programs of others deliver, programs of others read, byte for byte.
import { randomBytes } from 'node:crypto';
import { eicar, ensureClamd, eventually } from '@pochtar/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Clients,
  curlRead,
  curlSend,
  imapflow,
  imaplib,
  mbsync,
  poplib,
  type ReadAll,
  type Reader,
  smtplib,
  swaks,
  type Transport,
} from './clients.ts';
import type { Installation } from './installation.ts';

let clients: Clients;
let anna: Reader;
let boris: Reader;

function mail(token: string): Buffer {
  const lines = [
    'From: Stranger <stranger@remote.test>',
    'To: anna@demo.test',
    `Subject: =?utf-8?B?${Buffer.from(`Привет ${token}`).toString('base64')}?=`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="=_b"',
    '',
    'preamble',
    '--=_b',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    'Почта дошла.',
    '..two dots, and a line that is only one:',
    '.',
    'trailing blanks   ',
    '--=_b',
    'Content-Type: application/octet-stream',
    'Content-Transfer-Encoding: base64',
    '',
    randomBytes(3000).toString('base64').replace(/.{76}/g, '$&\r\n'),
    '--=_b--',
    `token ${token}`,
    '',
  ];
  return Buffer.from(lines.join('\r\n'));
}

/** Waited for within this process: a program of others is started to read, not to look again and again. */
async function arrived(read: ReadAll, reader: Reader, token: string): Promise<Buffer> {
  const findWith = async (one: ReadAll): Promise<Buffer> => {
    const found = (await one(clients, reader)).find((raw) => raw.includes(`token ${token}`));
    expect(found, `a message with ${token}`).toBeDefined();
    return found as Buffer;
  };
  await eventually(() => findWith(imapflow), { timeout: 15_000, interval: 100 });
  return findWith(read);
}

// RFC 5321 §4.4: the final server puts Return-Path and Received in front; nothing else may change.
function expectUnchanged(raw: Buffer, sent: Buffer): void {
  const trace = raw.subarray(0, raw.length - sent.length).toString('latin1');
  expect(raw.subarray(raw.length - sent.length).equals(sent)).toBe(true);
  expect(trace).toMatch(
    /^Return-Path: <stranger@remote\.test>\r\nAuthentication-Results: .*\r\n(?: .*\r\n)*Received: from /,
  );
}

type Send = (
  clients: Clients,
  envelope: { from: string; to: string },
  content: Buffer,
  transport: Transport,
) => Promise<unknown>;
const senders: [string, Send][] = [
  ['swaks', swaks],
  ['curl', curlSend],
  ['smtplib', smtplib],
];
const readers: [string, ReadAll][] = [
  ['imaplib', imaplib],
  ['poplib', poplib],
  ['imapflow', imapflow],
  ['mbsync', mbsync],
  ['curl', curlRead],
];

/** What an installation does with a mail, in one that is up. */
export function describeOneMail(installation: () => Installation): void {
  beforeAll(() => {
    const { endpoints, scratch } = installation();
    clients = { endpoints, scratch };
    [anna, boris] = endpoints.accounts as [Reader, Reader];
  });

  describe('a mail from a stranger', () => {
    for (const [name, send] of senders) {
      for (const transport of ['plain', 'starttls'] as const) {
        it(`${name} delivers over ${transport}, and it is read as it was sent`, async () => {
          const token = `${name}-${transport}`;
          const sent = mail(token);
          await send(clients, { from: 'stranger@remote.test', to: anna.address }, sent, transport);
          expectUnchanged(await arrived(imaplib, anna, token), sent);
        });
      }
    }

    for (const [name, read] of readers) {
      it(`${name} reads it byte for byte`, async () => {
        const token = `read-${name}`;
        const sent = mail(token);
        await smtplib(clients, { from: 'stranger@remote.test', to: anna.address }, sent, 'plain');
        expectUnchanged(await arrived(read, anna, token), sent);
      });
    }
  });

  describe('a mail from a login', () => {
    for (const [name, send] of senders) {
      it(`${name} submits over TLS-first with a password`, async () => {
        const token = `submitted-${name}`;
        const content = Buffer.from(
          mail(token).toString('latin1').replace('Stranger <stranger@remote.test>', `<${boris.address}>`),
          'latin1',
        );
        const envelope = { from: boris.address, to: anna.address, login: boris };
        await send(clients, envelope, content, 'tls');
        const raw = await arrived(imaplib, anna, token);
        expect(raw.subarray(raw.length - content.length).equals(content)).toBe(true);
      });
    }

    it('without a password nobody relays', async () => {
      const result = swaks(
        clients,
        { from: 'stranger@remote.test', to: 'other@elsewhere.test' },
        mail('relay'),
        'plain',
      );
      await expect(result).rejects.toThrow(/550[ -]5\.7\.1|554[ -]5\.7\.1/);
    });
  });

  describe('a mail with a virus', () => {
    it('arrives as a report with the original attached', async () => {
      await using clamd = await ensureClamd();
      await installation().instance.pochtar([
        'settings',
        'set',
        'antivirus.clamavEnabled=true',
        `antivirus.clamavAddress=${clamd.address}`,
        '--wait',
      ]);
      const token = 'infected';
      const sent = Buffer.from(
        `From: stranger@remote.test\r\nTo: anna@demo.test\r\nSubject: test\r\n\r\ntoken ${token}\r\n${eicar}\r\n`,
        'latin1',
      );
      await smtplib(clients, { from: 'stranger@remote.test', to: anna.address }, sent, 'plain');
      const raw = (await arrived(imaplib, anna, token)).toString('latin1');
      expect(raw).toMatch(/Content-Type: message\/rfc822/i);
      const [, report] = /Content-Type: text\/plain[^]*?\r\n\r\n([^-]+)/.exec(raw) ?? [];
      expect(Buffer.from(report ?? '', 'base64').toString('utf8')).toContain('Eicar-Signature');
      expect(raw).toContain(sent.toString('latin1'));
      const headerEnd = raw.indexOf('\r\n\r\n');
      expect(raw.slice(0, headerEnd)).not.toMatch(/^Subject: test\r?$/m);
    });
  });
}
