// Fifty sessions over three mailboxes and two processes, one of which is killed now and then: whatever the indexes of the
// processes know (ADR 40), in the end each session sees what is in the database, and no UID was ever given twice. A seed by
// which a failure can be repeated, as far as the machine allows.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, temporaryDirectory } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, ImapClient } from './imap-client.ts';
import { type Installation, startInstallation } from './installation.ts';

const SEED = 20_261_128;
const SESSIONS = 50;
/** Set by `./pochtar test --long`. */
const ROUNDS = process.env['POCHTAR_TEST_LONG'] === '1' ? 400 : 25;
const KILLS = 4;
const MAILBOXES = ['INBOX', 'Sent', 'Third'];
const ACCOUNT = 'anna';

let imap: Installation;
const folder = temporaryDirectory();
const processes: ChildProcess[] = [];

beforeAll(async () => {
  imap = await startInstallation({ settings: { limits: { sessionsPerAddress: 1000, sessionsTotal: 1000 } } });
  await imap.session(ACCOUNT, '\nC: c CREATE Third\nS: c OK *\n');
  for (const mailbox of MAILBOXES) {
    for (let number = 0; number < 20; number++)
      await imap.deliver(ACCOUNT, `Subject: ${number}\r\n\r\n`, { mailbox });
  }
  await imap.stop();
  processes.push(await startProcess(), await startProcess());
}, 60_000);
afterAll(async () => {
  for (const child of processes) await end(child, 'SIGTERM');
  await imap[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function startProcess(): Promise<ChildProcess> {
  const runFile = join(folder.path, crypto.randomUUID());
  const child = spawn(process.execPath, [join(import.meta.dirname, '../src/main.ts')], {
    env: { ...process.env, ...imap.environment, POCHTAR_RUN_FILE: runFile },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await eventually(() => existsSync(runFile), { timeout: 30_000 });
  await eventually(() => connect().then((client) => client[Symbol.dispose]()));
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

async function connect(): Promise<ImapClient> {
  const client = await ImapClient.open({ host: imap.host, port: imap.ports.imap });
  await client.ok(`LOGIN ${ACCOUNT} secret`);
  return client;
}

// A fixed sequence of pseudo-random numbers.
function random(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % limit;
  };
}

/** What a client knows of its mailbox, by sequence number, from what it was told and asked for. */
class View {
  uids: (number | null)[] = [];
  flags = new Map<number, string>();

  take({ untagged }: Answer): void {
    for (const line of untagged) {
      const exists = /^\* (\d+) EXISTS/.exec(line);
      if (exists) this.uids.push(...Array<null>(Number(exists[1]) - this.uids.length).fill(null));
      const expunged = /^\* (\d+) EXPUNGE/.exec(line);
      if (expunged) this.uids.splice(Number(expunged[1]) - 1, 1);
      const vanished = /^\* VANISHED (\S+)/.exec(line);
      if (vanished) for (const uid of numbersOf(vanished[1] as string)) this.#vanished(uid);
      const fetched = /^\* (\d+) FETCH \((.*)\)$/s.exec(line);
      if (fetched) this.#fetched(Number(fetched[1]), fetched[2] as string);
    }
  }

  /** Flags of these numbers are no longer known. */
  forget(from: number, to: number): void {
    for (const uid of this.uids.slice(from - 1, to)) if (uid !== null) this.flags.delete(uid);
  }

  /** Of numbers whose UIDs are not known one goes that lies behind all lower UIDs: UIDs ascend. */
  #vanished(uid: number): void {
    const known = this.uids.indexOf(uid);
    const at = known >= 0 ? known : this.uids.findLastIndex((each) => each !== null && each < uid) + 1;
    must(known >= 0 || this.uids[at] === null, `UID ${uid} vanished and was not there`);
    this.uids.splice(at, 1);
  }

  /** What is told of a number has to be of the message that this client has there. */
  #fetched(number: number, items: string): void {
    const uid = /UID (\d+)/.exec(items)?.[1];
    must(number <= this.uids.length, `number ${number} of ${this.uids.length}`);
    if (uid !== undefined) {
      const known = this.uids[number - 1] ?? Number(uid);
      must(known === Number(uid), `number ${number} is UID ${known}, and was told as ${uid}`);
      this.uids[number - 1] = Number(uid);
    }
    const known = this.uids[number - 1] ?? null;
    const flags = /FLAGS \(([^)]*)\)/.exec(items)?.[1];
    if (known !== null && flags !== undefined) this.flags.set(known, sorted(flags));
  }
}

function must(isSo: boolean, otherwise: string): void {
  if (!isSo) throw new Error(otherwise);
}

function sorted(flags: string): string {
  return flags
    .split(' ')
    .filter((flag) => flag !== '' && flag !== '\\Recent')
    .toSorted()
    .join(' ');
}

function numbersOf(set: string): number[] {
  return set.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split(':').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

/** UIDs that were given, by mailbox: to what. */
const given = MAILBOXES.map(() => new Map<number, string>());
let appended = 0;

class Stressed {
  readonly #place: number;
  readonly #next: (limit: number) => number;
  readonly #isResync: boolean;
  #client: ImapClient | null = null;
  view = new View();

  constructor(number: number) {
    this.#place = number % MAILBOXES.length;
    this.#next = random(SEED + number);
    this.#isResync = number % 5 === 0;
  }

  async open(): Promise<ImapClient> {
    if (this.#client !== null) return this.#client;
    const client = await connect();
    if (this.#isResync) await client.ok('ENABLE QRESYNC');
    this.view = new View();
    this.view.take(await client.command(`SELECT ${MAILBOXES[this.#place]}`));
    // RFC 9051 §7.4.2: what has gone by now is told behind the answer, and left out of it.
    this.view.take(await client.command('NOOP'));
    if (this.view.uids.length > 0) this.view.take(await client.command('UID FETCH 1:* (FLAGS)'));
    this.#client = client;
    return client;
  }

  /** One command; a line that breaks is another session the next time. */
  async step(): Promise<void> {
    try {
      await this.#command(await this.open());
    } catch (error) {
      if (!isBroken(error)) throw error;
      this.close();
    }
  }

  async #command(client: ImapClient): Promise<void> {
    const next = this.#next;
    const count = this.view.uids.length;
    if (next(5) === 0 || count === 0) return this.#append(client);
    const [from, to] = [1 + next(count), 1 + next(count)];
    const set = `${Math.min(from, to)}:${Math.max(from, to)}`;
    const target = MAILBOXES[next(MAILBOXES.length)] as string;
    const command = [
      `STORE ${from} ${next(2) ? '+' : '-'}FLAGS (\\Flagged k${next(4)})`,
      `STORE ${set} ${next(2) ? '+' : '-'}FLAGS.SILENT (\\Seen)`,
      `STORE ${from} +FLAGS (\\Deleted)`,
      'EXPUNGE',
      `FETCH ${set} (UID FLAGS)`,
      `FETCH ${from} (UID BODY[])`,
      `UID FETCH ${this.view.uids[from - 1] ?? 1}:* (FLAGS) (CHANGEDSINCE 1)`,
      `COPY ${from} ${target}`,
      `MOVE ${from} ${target}`,
      'NOOP',
      'NOOP',
    ][next(11)] as string;
    // What it changes itself without being told it has to ask for.
    if (command.includes('.SILENT')) this.view.forget(Math.min(from, to), Math.max(from, to));
    const answer = await client.command(command);
    must(answer.status !== 'BAD' && !answer.text.includes('SERVERBUG'), `${command}: ${answer.text}`);
    this.view.take(answer);
  }

  async #append(client: ImapClient): Promise<void> {
    const place = this.#next(MAILBOXES.length);
    const token = `m${appended++}`;
    const text = `Subject: ${token}\r\n\r\n`;
    const answer = await client.command(`APPEND ${MAILBOXES[place]} {${text.length}+}\r\n${text}`);
    const uid = Number(/APPENDUID \d+ (\d+)/.exec(answer.text)?.[1]);
    must(uid > 0, answer.text);
    must(given[place]?.has(uid) === false, `UID ${uid} of ${MAILBOXES[place]} was given before`);
    given[place]?.set(uid, token);
    this.view.take(answer);
  }

  /** What it sees when all is quiet. The last process to be killed may have taken its line with it. */
  async settled(): Promise<{ place: number; uids: (number | null)[]; flags: string[] }> {
    const client = await this.#look().catch((error: unknown) => {
      if (!isBroken(error)) throw error;
      this.close();
      return this.#look();
    });
    // Numbers whose UIDs it was not told it asks for; flags it has to have been told, or to have asked for.
    for (const [index, uid] of this.view.uids.entries()) {
      if (uid === null || !this.view.flags.has(uid))
        this.view.take(await client.command(`FETCH ${index + 1} (UID FLAGS)`));
    }
    const { uids, flags } = this.view;
    return { place: this.#place, uids, flags: uids.map((uid) => flags.get(uid ?? 0) ?? '?') };
  }

  async #look(): Promise<ImapClient> {
    const client = await this.open();
    this.view.take(await client.command('NOOP'));
    return client;
  }

  close(): void {
    this.#client?.[Symbol.dispose]();
    this.#client = null;
  }
}

function isBroken(error: unknown): boolean {
  const { message, code } = error as NodeJS.ErrnoException;
  return /connection ended/.test(message) || /^ECONN|^EPIPE/.test(code ?? '');
}

test(`${SESSIONS} sessions, ${ROUNDS} commands each, seed ${SEED}`, async () => {
  const sessions = Array.from({ length: SESSIONS }, (_, number) => new Stressed(number));
  const progress = { left: SESSIONS };
  const working = sessions.map(async (session) => {
    for (let round = 0; round < ROUNDS; round++) await session.step();
    progress.left--;
  });
  const killing = (async () => {
    for (let kill = 0; kill < KILLS && progress.left > 0; kill++) {
      const place = kill % processes.length;
      await end(processes[place] as ChildProcess, 'SIGKILL');
      processes[place] = await startProcess();
    }
  })();
  await Promise.all([...working, killing]);
  const truth = await imap.db.query<{
    name: string;
    uid: number;
    flags: number;
    keywords: string[];
    subject: string;
  }>({
    text: `select b.name, m.uid, m.flags, m.keywords, convert_from(c.header, 'UTF8') as subject
      from store.mailbox b join store.message m on m.mailbox_id = b.id join store.content c on c.id = m.content_id
      where b.account_id = $1 order by b.name, m.uid`,
    values: [imap.accounts[ACCOUNT]],
  });
  const names = ['\\Seen', '\\Answered', '\\Flagged', '\\Deleted', '\\Draft'];
  const wanted = MAILBOXES.map((name) => {
    const rows = truth.filter((row) => row.name === name);
    const flags = rows.map((row) =>
      [...names.filter((_, bit) => row.flags & (1 << bit)), ...row.keywords].toSorted().join(' '),
    );
    return { uids: rows.map(({ uid }) => uid), flags };
  });
  for (const session of sessions) {
    const { place, uids, flags } = await session.settled();
    expect({ uids, flags }).toEqual(wanted[place]);
    session.close();
  }
  // What was answered with a UID is what lies there, unless it went.
  for (const { name, uid, subject } of truth) {
    const token = given[MAILBOXES.indexOf(name)]?.get(uid);
    if (token !== undefined) expect(subject).toContain(`Subject: ${token}\r\n`);
  }
}, 600_000);
