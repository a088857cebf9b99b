// The lines of the IMAP bench: what a client asks of a server, again and again, the same of both servers.
import { benchMail, RARE_SUBJECT, RARE_TEXT } from './imap-mail.ts';
import { ImapLine } from './imap-line.ts';
import { Pop3Line } from './pop3-line.ts';

export interface MailServer {
  host: string;
  ports: { imap: number; imaps: number; pop3: number };
}

export interface BenchAccount {
  address: string;
  password: string;
}

export interface BenchAccounts {
  /** With the large INBOX. */
  big: BenchAccount;
  /** With a small INBOX each. */
  small: readonly BenchAccount[];
}

export interface Ground {
  server: MailServer;
  accounts: BenchAccounts;
  /** In the large INBOX, and in each small one. */
  sizes: { big: number; small: number };
  milliseconds: number;
}

export interface Line {
  name: string;
  /** What a run gives: milliseconds of one operation, or operations a second. */
  unit: 'ms' | '/s';
  /** The ratio to Dovecot that is aimed at: at most of milliseconds, at least of a rate. */
  aim: number;
  readonly run: (ground: Ground) => Promise<Run>;
}

export interface Run {
  operations: number;
  milliseconds: number;
}

export const LINES: readonly Line[] = [
  { name: 'open: SELECT, FETCH 1:* FLAGS', unit: 'ms', aim: 0.7, run: (ground) => once(ground, openInbox) },
  {
    name: 'FETCH 1:* ENVELOPE',
    unit: 'ms',
    aim: 1,
    run: (ground) => once(ground, (line) => line.command('FETCH 1:* (ENVELOPE)'), 'SELECT INBOX'),
  },
  { name: 'bodies, 1 session', unit: '/s', aim: 1, run: (ground) => bodies(ground, 1) },
  { name: 'bodies, 16 sessions', unit: '/s', aim: 1, run: (ground) => bodies(ground, 16) },
  { name: 'STORE, 1 session', unit: '/s', aim: 1, run: (ground) => storing(ground, 1) },
  { name: 'STORE, 16 sessions', unit: '/s', aim: 0.6, run: (ground) => storing(ground, 16) },
  { name: 'APPEND, 1 session', unit: '/s', aim: 1.2, run: (ground) => appending(ground, 1) },
  { name: 'APPEND, 16 sessions', unit: '/s', aim: 1.2, run: (ground) => appending(ground, 16) },
  {
    name: 'SEARCH SUBJECT',
    unit: 'ms',
    aim: 0.3,
    run: (ground) => once(ground, (line) => line.command(`SEARCH SUBJECT ${RARE_SUBJECT}`), 'SELECT INBOX'),
  },
  {
    name: 'SEARCH TEXT',
    unit: 'ms',
    aim: 0.03,
    run: (ground) => once(ground, (line) => line.command(`SEARCH TEXT ${RARE_TEXT}`), 'SELECT INBOX'),
  },
  { name: 'POP3 RETR, 1 session', unit: '/s', aim: 1, run: retrieving },
];

async function openInbox(line: ImapLine): Promise<number> {
  return (await line.command('SELECT INBOX')) + (await line.command('FETCH 1:* (FLAGS)'));
}

async function once(
  { server, accounts }: Ground,
  work: (line: ImapLine) => Promise<number>,
  prepare = 'NOOP',
): Promise<Run> {
  using line = await logIn(server, accounts.big);
  await line.command(prepare);
  return { operations: 1, milliseconds: await work(line) };
}

/** One message of the large mailbox after another, far apart. */
function bodies({ server, accounts, sizes, milliseconds }: Ground, sessions: number): Promise<Run> {
  const stride = 7919;
  return repeated(milliseconds, sessions, async (session) => {
    const line = await logIn(server, accounts.big);
    await line.command('SELECT INBOX');
    let at = session * 997;
    return {
      line,
      work: () => {
        at = (at + stride) % sizes.big;
        return line.command(`FETCH ${at + 1} (BODY.PEEK[])`);
      },
    };
  });
}

/** Each session in a mailbox of its own, as the owners of many mailboxes do it. */
function storing({ server, accounts, sizes, milliseconds }: Ground, sessions: number): Promise<Run> {
  return repeated(milliseconds, sessions, async (session) => {
    const line = await logIn(server, accounts.small[session] as BenchAccount);
    await line.command('SELECT INBOX');
    // Whatever a run before has left.
    await line.command('STORE 1:* -FLAGS.SILENT (\\Flagged)');
    let at = 0;
    return {
      line,
      work: () => {
        const sign = Math.floor(at / sizes.small) % 2 === 0 ? '+' : '-';
        return line.command(`STORE ${(at++ % sizes.small) + 1} ${sign}FLAGS (\\Flagged)`);
      },
    };
  });
}

function appending({ server, accounts, milliseconds }: Ground, sessions: number): Promise<Run> {
  return repeated(milliseconds, sessions, async (session) => {
    const line = await logIn(server, accounts.small[session] as BenchAccount);
    let number = session * 100_000;
    await line.command('CREATE Appended').catch(() => undefined);
    return { line, work: () => line.command(appendOf('Appended', [benchMail(number++)])) };
  });
}

export function appendOf(mailbox: string, messages: readonly Buffer[]): string {
  const literals = messages.map((message) => ` {${message.length}+}\r\n${message.toString('latin1')}`);
  return `APPEND ${mailbox}${literals.join('')}`;
}

function retrieving({ server, accounts, sizes, milliseconds }: Ground): Promise<Run> {
  return repeated(milliseconds, 1, async () => {
    const { host, ports } = server;
    const line = await Pop3Line.logIn({ host, port: ports.pop3 }, accounts.small[0] as BenchAccount);
    let at = 0;
    return { line, work: () => line.command(`RETR ${(at++ % sizes.small) + 1}`, true) };
  });
}

interface Repeated {
  line: Disposable;
  work: () => Promise<unknown>;
}

async function repeated(
  milliseconds: number,
  sessions: number,
  open: (session: number) => Promise<Repeated>,
): Promise<Run> {
  using stack = new DisposableStack();
  const opened: Repeated[] = [];
  for (let session = 0; session < sessions; session++) {
    const one = await open(session);
    stack.use(one.line);
    opened.push(one);
  }
  const started = performance.now();
  let operations = 0;
  await Promise.all(
    opened.map(async ({ work }) => {
      while (performance.now() - started < milliseconds) {
        await work();
        operations++;
      }
    }),
  );
  return { operations, milliseconds: performance.now() - started };
}

export function logIn({ host, ports }: MailServer, account: BenchAccount, isTls = false): Promise<ImapLine> {
  return ImapLine.logIn({ host, port: isTls ? ports.imaps : ports.imap, isTls }, account);
}
