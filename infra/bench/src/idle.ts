// `./pochtar bench idle`: how long everybody else waits while one session of the same process asks for the dearest things
// there are. Many sessions are in IDLE, some ask NOOP without a pause, one has a mailbox of 100,000 messages; the worst
// wait of a NOOP is the figure, beside what the machine alone makes a process wait that does nothing.
import { randomBytes, randomUUID } from 'node:crypto';
import { appendMessages, createMailbox, findMailbox, INBOX } from '@pochtar/store/mailbox';
import { IdleControl } from './idle-control.ts';
import { ImapLine } from './imap-line.ts';
import type { Instance } from './instance.ts';
import { openDatabaseOf } from './program-database.ts';

export interface IdleOptions {
  sessions: number;
  messages: number;
}

export interface IdleResult {
  command: string;
  /** To its tagged answer. */
  tookMs: number;
  worstNoopMs: number;
  /** How late a process was at worst meanwhile that does nothing. */
  worstControlMs: number;
  noops: number;
}

const PROBES = 5;
const MAILBOXES = 300;
const QUIET_MS = 3000;
const SETTINGS = ['limits.sessionsPerAddress=10000', 'limits.sessionsTotal=10000'];
const busy = { address: 'busy@demo.test', password: 'busy-password' };
const quiet = { address: 'quiet@demo.test', password: 'quiet-password' };

export async function benchIdle(
  instance: Instance,
  { sessions, messages }: IdleOptions,
  progress: (text: string) => void,
): Promise<IdleResult[]> {
  await instance.pochtar(['settings', 'set', ...SETTINGS, '--wait']);
  for (const { address, password } of [busy, quiet]) {
    await instance.pochtar(['account', 'create', address, '--password-stdin'], `${password}\n`);
  }
  const target = instance.endpoint('imap');
  progress(`filling a mailbox of ${messages} messages`);
  using worker = await ImapLine.logIn(target, busy);
  // Makes INBOX.
  await worker.command('SELECT INBOX');
  await worker.command('UNSELECT');
  const uidValidity = await fill(instance, messages);
  progress(`opening ${sessions} sessions`);
  using stack = new DisposableStack();
  const open = async (): Promise<ImapLine> => {
    const line = stack.use(await ImapLine.logIn(target, quiet));
    await line.command('SELECT INBOX');
    return line;
  };
  for (let index = 0; index < sessions; index++) await (await open()).idle();
  const probes: ImapLine[] = [];
  for (let index = 0; index < PROBES; index++) probes.push(await open());
  await worker.command('ENABLE QRESYNC');
  const control = stack.use(new IdleControl());
  const results: IdleResult[] = [];
  for (const { name, prepare, text, answer } of dearCommands(uidValidity, messages)) {
    progress(name);
    if (prepare !== null) await worker.command(prepare);
    results.push(
      await measure(name, probes, control, () =>
        text === null ? pause(QUIET_MS) : worker.command(text, answer),
      ),
    );
  }
  return results;
}

interface DearCommand {
  name: string;
  prepare: string | null;
  /** Null: nothing, for comparison. */
  text: string | null;
  answer?: 'NO';
}

function dearCommands(uidValidity: number, messages: number): DearCommand[] {
  const single = (count: number): string => Array.from({ length: count }, (_, at) => 2 * at + 1).join(',');
  const patterns = (count: number, repeats: number): string =>
    Array.from({ length: count }, () => `${'*a'.repeat(repeats)}b`).join(' ');
  const select = 'SELECT INBOX';
  return [
    { name: 'nothing', prepare: null, text: null },
    { name: 'LIST, 1,000 patterns', prepare: null, text: `LIST "" (${patterns(1000, 7)})` },
    { name: 'LIST, 30 patterns of 501', prepare: null, text: `LIST "" (${patterns(30, 250)})` },
    {
      name: 'SELECT QRESYNC, 10,000 known UIDs',
      prepare: null,
      text: `SELECT INBOX (QRESYNC (${uidValidity} 1 ${single(10_000)}))`,
    },
    { name: 'UID SEARCH UID, 10,000 numbers', prepare: select, text: `UID SEARCH UID ${single(10_000)}` },
    { name: 'UID FETCH 1:* FLAGS', prepare: select, text: 'UID FETCH 1:* (FLAGS)' },
    {
      name: 'UID STORE of 10,000 numbers',
      prepare: select,
      text: `UID STORE ${single(Math.min(10_000, messages / 2))} +FLAGS.SILENT (\\Flagged)`,
    },
    {
      name: 'a chain of 20,000 refused literals',
      prepare: select,
      text: `SEARCH SUBJECT {70000+}\r\n${'x'.repeat(70_000)}${' {1+}\r\nx'.repeat(20_000)}`,
      answer: 'NO',
    },
  ];
}

/** The longest a NOOP waits while the work goes on. */
async function measure(
  command: string,
  probes: readonly ImapLine[],
  control: IdleControl,
  work: () => Promise<number>,
): Promise<IdleResult> {
  const over = new AbortController();
  let worst = 0;
  let noops = 0;
  const probing = Promise.all(
    probes.map(async (probe) => {
      while (!over.signal.aborted) {
        worst = Math.max(worst, await probe.command('NOOP'));
        noops++;
        await pause(5);
      }
    }),
  );
  // One measurement of what is there already.
  await pause(50);
  await control.worst();
  worst = 0;
  const tookMs = await work();
  const worstControlMs = await control.worst();
  over.abort();
  await probing;
  return { command, tookMs, worstNoopMs: worst, worstControlMs, noops };
}

async function pause(milliseconds: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  return milliseconds;
}

/** Past the mail path, with the rights of the imap process; the UIDVALIDITY of the INBOX. */
async function fill(instance: Instance, messages: number): Promise<number> {
  await using db = await openDatabaseOf(instance, 'imap');
  const [account] = await db.query<{ id: number }>({
    name: 'bench_account',
    text: 'select id from directory.account where address = $1',
    values: [busy.address],
  });
  const accountId = (account as { id: number }).id;
  for (let index = 0; index < MAILBOXES; index++) {
    await createMailbox(db, accountId, `${'a'.repeat(200)}${String(index).padStart(3, '0')}`);
  }
  const inbox = await findMailbox(db, accountId, INBOX);
  if (inbox === null) throw new Error('no INBOX');
  await appendMessages(db, inbox.id, [firstMessage()]);
  await db.query({
    name: 'bench_messages',
    text: `insert into store.message (mailbox_id, uid, mod_seq, flags, internal_date, size, content_id)
      select m.mailbox_id, n, n + 1, 0, m.internal_date, m.size, m.content_id
      from store.message m, generate_series(2, $2::int8) n where m.mailbox_id = $1 and m.uid = 1`,
    values: [inbox.id, messages],
  });
  await db.query({
    name: 'bench_mailbox',
    text: `update store.mailbox set uid_next = $2::int8 + 1, mod_seq = $2::int8 + 1, exists_count = $2::int8,
      unseen_count = $2::int8, bytes = bytes * $2::int8, recent_uid = $2::int8 + 1 where id = $1`,
    values: [inbox.id, messages],
  });
  return inbox.uidValidity;
}

function firstMessage(): Parameters<typeof appendMessages>[2][number] {
  return {
    content: {
      id: randomUUID(),
      blob: { packId: randomUUID(), offset: 64, length: 1000 },
      sha256: randomBytes(32),
      description: {
        size: 1000,
        headerLength: 200,
        shortHeader: Buffer.from('Subject: x\r\n\r\n'),
        shortHeaderComplete: true,
        otherFields: null,
        envelope: '(NIL "x" NIL NIL NIL NIL NIL NIL NIL NIL)',
        bodyStructure: '("text" "plain" NIL NIL NIL "7bit" 800 10 NIL NIL NIL NIL)',
        parts: '[]',
        sentAt: null,
        sentDay: null,
        messageId: null,
        baseSubject: 'x',
        isReply: false,
        threadIds: '',
      },
    },
    flags: 0,
    keywords: [],
    internalDate: new Date('2026-11-24T05:00:00Z'),
  };
}
