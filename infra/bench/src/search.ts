// `./pochtar bench search`: searches, SORT and THREAD in one large mailbox: how long they take once the index of searches is made
// (ADR 41), what it takes to make it, and how large it is.
import { randomUUID } from 'node:crypto';
import { chownSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger } from '@pochtar/runtime';
import { openBlobStore } from '@pochtar/store/blob';
import { appendMessages, findMailbox, INBOX, type NewMessage } from '@pochtar/store/mailbox';
import { newContent } from '@pochtar/testkit/ground';
import { ImapLine } from './imap-line.ts';
import type { Instance } from './instance.ts';
import { measure } from './processes.ts';
import { openDatabaseOf, openDatabaseOfOwner } from './program-database.ts';
import { searchIndexMade } from './search-index.ts';
import { RARE, SearchMails } from './search-mails.ts';
import { median } from './statistics.ts';

export interface SearchOptions {
  messages: number;
  rounds: number;
}

export interface SearchResult {
  indexOctetsAMessage: number;
  /** Of delivery and of Postgres, while nothing else happens. */
  indexCpuMsAMessage: Record<string, number>;
  lines: { command: string; medianMs: number; imapCpuMs: number }[];
}

const busy = { address: 'busy@demo.test', password: 'busy-password' };
const AT_ONCE = 500;
const COMMANDS = [
  `UID SEARCH SUBJECT ${RARE.word}`,
  'UID SEARCH SUBJECT nowhere',
  'UID SEARCH FROM sender77@example.org',
  `UID SEARCH TEXT ${RARE.word}`,
  `UID SEARCH BODY ${RARE.word}`,
  'UID SEARCH TEXT nowhere-at-all',
  'UID SEARCH BODY in',
  'UID SEARCH SENTON 5-Feb-2026',
  'UID SORT (SUBJECT) UTF-8 ALL',
  'UID SORT (REVERSE DATE) UTF-8 ALL',
  'UID SORT (FROM DATE) UTF-8 ALL',
  'UID THREAD REFERENCES UTF-8 ALL',
];

export async function benchSearch(
  instance: Instance,
  { messages, rounds }: SearchOptions,
  progress: (text: string) => void,
): Promise<SearchResult> {
  await instance.pochtar(['account', 'create', busy.address, '--password-stdin'], `${busy.password}\n`);
  const [host = '', port] = instance.endpoints().imap.split(/:(?=\d+$)/);
  using line = await ImapLine.logIn({ host, port: Number(port) }, busy);
  await line.command('SELECT INBOX');
  await line.command('UNSELECT');
  await using owner = await openDatabaseOfOwner(instance);
  progress(`filling a mailbox of ${messages} messages`);
  const before = await cpuSeconds(instance);
  await fill(instance, messages, progress);
  const filled = await cpuSeconds(instance);
  progress('waiting for the index');
  await searchIndexMade(instance);
  const after = await cpuSeconds(instance);
  await owner.query({ text: 'vacuum analyze store.message' });
  await owner.query({ text: 'vacuum analyze store.content' });
  await line.command('SELECT INBOX');
  const lines: SearchResult['lines'] = [];
  for (const command of COMMANDS) {
    progress(command);
    const times: number[] = [];
    // The first is for the compiler.
    await line.command(command);
    const started = await cpuSeconds(instance);
    for (let round = 0; round < rounds; round++) times.push(await line.command(command));
    const ended = await cpuSeconds(instance);
    const cpu = ((ended['imap'] ?? 0) - (started['imap'] ?? 0)) * 1000;
    lines.push({
      command,
      medianMs: median(times),
      imapCpuMs: cpu / rounds,
    });
  }
  const [size] = await owner.query<{ octets: number }>({
    text: `select pg_total_relation_size('store.search_slices') + pg_total_relation_size('store.search_block') as octets`,
  });
  // Delivery works on it while the mailbox is being filled; Postgres does other things then.
  const cpuOf = (name: string, from: Record<string, number>): number =>
    (((after[name] ?? 0) - (from[name] ?? 0)) * 1000) / messages;
  return {
    indexOctetsAMessage: (size?.octets ?? 0) / messages,
    indexCpuMsAMessage: {
      delivery: cpuOf('delivery', before),
      'postgres, when all are there': cpuOf('postgres', filled),
    },
    lines,
  };
}

async function cpuSeconds(instance: Instance): Promise<Record<string, number>> {
  const usage = measure(await instance.roots());
  return Object.fromEntries([...usage].map(([name, { cpuSeconds: seconds }]) => [name, seconds]));
}

/** With the rights of the imap process, as APPEND does. */
async function fill(instance: Instance, count: number, progress: (text: string) => void): Promise<void> {
  await using db = await openDatabaseOf(instance, 'imap');
  const blobs = await openBlobStore({ db, instance: randomUUID(), log: silentLogger() });
  const [account] = await db.query<{ id: number }>({
    text: 'select id from directory.account where address = $1',
    values: [busy.address],
  });
  const inbox = await findMailbox(db, (account as { id: number }).id, INBOX);
  if (inbox === null) throw new Error('no INBOX');
  const mails = new SearchMails();
  for (let from = 0; from < count; from += AT_ONCE) {
    const messages = await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, count - from) }, async (_, index): Promise<NewMessage> => {
        const content = await newContent(blobs, mails.mail(from + index, count));
        return {
          content,
          flags: 0,
          keywords: [],
          internalDate: new Date(Date.UTC(2026, 0, 1) + (from + index) * 60_000),
        };
      }),
    );
    await appendMessages(db, inbox.id, messages);
    if (from % 20_000 === 0) progress(`${from} of ${count}`);
  }
  await blobs[Symbol.asyncDispose]();
  giveAway(join(instance.directory, 'mail'));
}

/** What this process has written becomes that of the installation's programs, which run as another user. */
function giveAway(volume: string): void {
  const { uid, gid } = statSync(volume);
  for (const entry of readdirSync(volume, { recursive: true, encoding: 'utf8' })) {
    chownSync(join(volume, entry), uid, gid);
  }
}

export function searchTable({ indexOctetsAMessage, indexCpuMsAMessage, lines }: SearchResult): string {
  const cpu = Object.entries(indexCpuMsAMessage).map(([name, ms]) => `${name} ${ms.toFixed(2)}`);
  const rows = lines.map(
    ({ command, medianMs, imapCpuMs }) =>
      `${command.padEnd(42)} ${medianMs.toFixed(0).padStart(7)} ms   imap ${imapCpuMs.toFixed(0).padStart(6)} ms of CPU\n`,
  );
  return `index: ${indexOctetsAMessage.toFixed(0)} octets a message; CPU ms a message: ${cpu.join(', ')}\n${rows.join('')}`;
}
