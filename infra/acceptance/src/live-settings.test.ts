// A setting reaches running code: without a restart, without a dropped session, and every process says so. Before that
// the same installation shows what becomes of a mail (one-mail.ts): a second one would take half a minute more.
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { sendLoad, textMail } from '@pochtar/bench/smtp-load';
import { ensureClamd, eventually, type FakeDns, freePort, startFakeDns } from '@pochtar/testkit';
import { ImapFlow } from 'imapflow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installation, startInstallation } from './installation.ts';
import { describeOneBan } from './one-ban.ts';
import { describeOneMail } from './one-mail.ts';

let installation: Installation;
let dns: FakeDns;

beforeAll(async () => {
  dns = await startFakeDns();
  installation = await startInstallation({
    scale: ['smtp=2', 'filter-antivirus=2', 'delivery=2', 'imap=2'],
    environment: { POCHTAR_DNS_SERVERS: dns.address },
  });
}, 300_000);

afterAll(async () => {
  await installation[Symbol.asyncDispose]();
  await dns[Symbol.asyncDispose]();
}, 120_000);

describeOneMail(() => installation);
describeOneBan(() => installation);

class Session {
  readonly socket: Socket;
  #text = '';

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port });
    this.socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1');
    });
  }

  /** Sends a line and returns the next complete reply. */
  async say(line: string | null): Promise<string> {
    if (line !== null) this.socket.write(`${line}\r\n`);
    return eventually(() => {
      const match = /^(?:\d{3}-.*\r\n)*\d{3} .*\r\n/.exec(this.#text);
      if (match === null) throw new Error(`no reply yet to ${line ?? 'the connection'}`);
      this.#text = this.#text.slice(match[0].length);
      return match[0];
    });
  }
}

async function pids(): Promise<string[]> {
  return (await installation.instance.processes()).map((one) => `${one.name} ${one.pid}`).sort();
}

function set(...words: string[]): Promise<string> {
  return installation.instance.pochtar(['settings', 'set', ...words, '--wait']);
}

/** The reply to RCPT of a stranger whom a balancer names (PROXY protocol, version 1). */
async function rcptFrom(address: string): Promise<string> {
  const session = new Session(Number(installation.endpoints.smtp.split(':')[1]));
  session.socket.write(`PROXY TCP4 ${address} 127.0.0.1 40000 25\r\n`);
  await session.say(null);
  await session.say('EHLO stranger.test');
  await session.say('MAIL FROM:<a@stranger.test>');
  const reply = await session.say(`RCPT TO:<${installation.endpoints.accounts[0]?.address}>`);
  session.socket.destroy();
  return reply;
}

interface Applied {
  process: string;
  revision: number;
  error: string | null;
}

async function applied(section: string): Promise<Applied[]> {
  const { sections } = await installation.instance.json<{
    sections: { name: string; processes: Applied[] }[];
  }>(['settings', 'status', section]);
  return sections.find(({ name }) => name === section)?.processes ?? [];
}

/** In their INBOXes, all together. */
async function messagesOf(accounts: Installation['endpoints']['accounts']): Promise<number> {
  const [host, port] = installation.endpoints.imap.split(':') as [string, string];
  let messages = 0;
  for (const { address, password } of accounts) {
    const client = new ImapFlow({
      host,
      port: Number(port),
      secure: false,
      tls: { ca: readFileSync(installation.endpoints.caFile), servername: 'localhost' },
      auth: { user: address, pass: password },
      logger: false,
    });
    await client.connect();
    const state = await client.status('INBOX', { messages: true });
    messages += state === false ? 0 : (state.messages ?? 0);
    await client.logout();
  }
  return messages;
}

describe('architecture §1.5: a changed setting', () => {
  it('moves the port of SMTP while an open session goes on, and every process reports the revision', async () => {
    const before = await pids();
    const oldPort = Number(installation.endpoints.smtp.split(':')[1]);
    const session = new Session(oldPort);
    await session.say(null);
    await session.say('EHLO client.test');
    const port = await freePort();
    await set(`network.smtpPort=${port}`);
    const moved = new Session(port);
    expect(await moved.say(null)).toMatch(/^220 /);
    expect(await session.say('NOOP')).toMatch(/^250 /);
    await eventually(async () => {
      const socket = connect({ host: '127.0.0.1', port: oldPort });
      const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
      expect(error.code).toBe('ECONNREFUSED');
    });
    const reports = await applied('network');
    expect(new Set(reports.map((report) => report.revision)).size).toBe(1);
    expect(reports.filter((report) => report.error !== null)).toEqual([]);
    expect(reports.filter((report) => report.process === 'smtp')).toHaveLength(2);
    expect(reports.filter((report) => report.process === 'imap')).toHaveLength(2);
    expect(await pids()).toEqual(before);
    await set(`network.smtpPort=${oldPort}`);
    session.socket.destroy();
    moved.socket.destroy();
  });

  it('changes the size limit that SMTP announces and keeps, in a session that is open', async () => {
    const session = new Session(Number(installation.endpoints.smtp.split(':')[1]));
    await session.say(null);
    expect(await session.say('EHLO client.test')).toMatch(/SIZE 52428800\r\n/);
    await set('sending.maxMessageSizeMb=2');
    const [anna] = installation.endpoints.accounts;
    expect(await session.say('EHLO client.test')).toMatch(/SIZE 2097152\r\n/);
    expect(await session.say('MAIL FROM:<a@remote.test> SIZE=2097153')).toMatch(/^552 5\.3\.4 /);
    expect(await session.say('MAIL FROM:<a@remote.test> SIZE=2097152')).toMatch(/^250 /);
    expect(await session.say(`RCPT TO:<${anna?.address}>`)).toMatch(/^250 /);
    await set('sending.maxMessageSizeMb=50');
    session.socket.destroy();
  });

  it('of the DNSBL zones decides about the next stranger', async () => {
    dns.set('9.9.9.9.one.zone.test', 'A', '127.0.0.2');
    dns.set('9.9.9.9.one.zone.test', 'TXT', 'seen sending spam');
    // A balancer on this machine says whom it speaks for: loopback itself is never looked up.
    await set('network.trustedProxies=["127.0.0.1/32"]', 'dnsbl.zones=[]');
    expect(await rcptFrom('9.9.9.9')).toMatch(/^250 /);
    await set('dnsbl.zones=["one.zone.test"]');
    expect(await rcptFrom('9.9.9.9')).toMatch(/^5\d\d 5\.7\.1 .*one\.zone\.test.*seen sending spam/);
    expect(await rcptFrom('8.8.8.8')).toMatch(/^250 /);
    const reports = await applied('dnsbl');
    expect(reports.some((report) => report.process === 'filter-dnsbl')).toBe(true);
    expect(reports.filter((report) => report.error !== null)).toEqual([]);
    await set('dnsbl.zones=[]', 'network.trustedProxies=[]');
  });

  it('that cannot be applied says which process could not and why: a port that a stranger holds', async () => {
    const stranger = createServer().listen(0, '0.0.0.0');
    await once(stranger, 'listening');
    const { port } = stranger.address() as { port: number };
    const answer = await set(`network.pop3Port=${port}`).catch((error: Error) => error.message);
    expect(answer).toContain(String(port));
    const reports = await applied('network');
    expect(reports.find((report) => report.process === 'pop3')?.error).toContain(String(port));
    const oldPort = installation.endpoints.pop3.split(':')[1];
    const session = new Session(Number(oldPort));
    session.socket.destroy();
    stranger.close();
    await set(`network.pop3Port=${oldPort}`);
  });
});

const MAILS = 500;

describe('two replicas', () => {
  it('of smtp, filter-antivirus, delivery and imap share one load', async () => {
    await using clamd = await ensureClamd();
    await set('antivirus.clamavEnabled=true', `antivirus.clamavAddress=${clamd.address}`);
    const { accounts, smtp } = installation.endpoints;
    const before = await messagesOf(accounts);
    const [host, port] = smtp.split(':') as [string, string];
    const outcomes = await sendLoad({
      host,
      port: Number(port),
      sessions: 16,
      mails: MAILS,
      reversePath: 'load@load.test',
      recipientsOf: (index) => [accounts[index % accounts.length]?.address as string],
      contentOf: (index) =>
        textMail({ bytes: 4096, from: 'load@load.test', to: 'all@demo.test', token: `pair-${index}` }),
      deadline: Date.now() + 60_000,
    });
    expect(outcomes.filter((outcome) => outcome.reply !== 250)).toEqual([]);
    await eventually(async () => expect((await messagesOf(accounts)) - before).toBe(MAILS), {
      timeout: 60_000,
      interval: 500,
    });
    const metrics = await installation.instance.processes();
    for (const name of ['smtp', 'filter-antivirus', 'delivery', 'imap']) {
      const replicas = metrics.filter(
        (one) => one.name === name || one.name.startsWith(`${name}-`) || one.name.startsWith(`${name}.`),
      );
      expect(replicas.filter((one) => one.ready).length, name).toBeGreaterThanOrEqual(2);
    }
  }, 150_000);
});
