// `./pochtar bench imap`: what mail clients do all day, beside Dovecot from Debian, in turn. Both have the same messages on the
// same disk: a mailbox of 100,000 and sixteen small ones. A round asks Dovecot, then us; the ratio is the median of the
// ratios of the rounds. Our changes are durable before they are answered (Postgres flushes each commit); those of Dovecot's
// STORE are not.
import {
  logIn,
  appendOf,
  type BenchAccounts,
  type Ground,
  type Line,
  LINES,
  type MailServer,
  type Run,
} from './imap-lines.ts';
import { startDovecot } from './dovecot.ts';
import { benchMail } from './imap-mail.ts';
import type { Instance } from './instance.ts';
import { measure, pssMiB, type Root, treesOf } from './processes.ts';
import { searchIndexMade } from './search-index.ts';
import { median } from './statistics.ts';

export interface ImapOptions {
  messages: number;
  rounds: number;
  milliseconds: number;
  /** Silent sessions, in clear and with TLS. */
  idle: number;
  only: RegExp;
}

interface Measured {
  /** Milliseconds of an operation, or operations a second, as the line has it. */
  value: number;
  cpuMs: number;
}

export interface ImapResult {
  name: string;
  unit: Line['unit'];
  aim: number;
  dovecot: Measured;
  pochtar: Measured;
  ratio: number;
}

export interface IdleImapResult {
  name: string;
  aimKiB: number;
  /** A session. */
  dovecotKiB: number;
  pochtarKiB: number;
}

interface Target {
  server: MailServer;
  /** Everything that works for it. */
  roots: Root[];
  /** What holds its sessions. */
  holders: number[];
}

const SMALL = 200;
const SMALL_ACCOUNTS = 16;
const PASSWORD = 'bench-password';
const SETTINGS = [
  'limits.sessionsPerAddress=10000',
  'limits.sessionsTotal=10000',
  'accessEncryption.mode=optional',
  'accessEncryption.implicitTlsEnabled=true',
];
const FILLERS = 4;
const MESSAGES_AT_ONCE = 50;
const SETTLE_MS = 1500;

export async function benchImap(
  instance: Instance,
  options: ImapOptions,
  tell: (text: string) => void,
): Promise<{ results: ImapResult[]; idle: IdleImapResult[] }> {
  await instance.pochtar(['settings', 'set', ...SETTINGS, '--wait']);
  const accounts = await addAccounts(instance);
  await using dovecot = await startDovecot(`${instance.directory}/dovecot`, PASSWORD, tell);
  const ours = await ourTarget(instance);
  const theirs: Target = {
    server: { host: '127.0.0.1', ports: dovecot.ports },
    roots: [{ name: 'dovecot', pid: dovecot.pid }],
    holders: [dovecot.pid],
  };
  const sizes = { big: options.messages, small: SMALL };
  const grounds = [theirs, ours].map(({ server }) => ({
    ...{ server, accounts, sizes, milliseconds: options.milliseconds },
  })) as [Ground, Ground];
  for (const [at, ground] of grounds.entries()) {
    tell(`filling ${at === 0 ? 'dovecot' : 'pochtar'} with ${sizes.big} messages`);
    await fill(ground);
  }
  if (LINES.some(({ name }) => name.startsWith('SEARCH') && options.only.test(name))) {
    tell('waiting for the index of searches');
    await searchIndexMade(instance);
  }
  const lines = LINES.filter(({ name }) => options.only.test(name));
  const rounds = new Map<string, Pair[]>(lines.map(({ name }) => [name, []]));
  // The first round makes what a server keeps of a mailbox, and does not count.
  for (let round = 0; round <= options.rounds; round++) {
    for (const line of lines) {
      tell(`round ${round}: ${line.name}`);
      const pair = {
        dovecot: await measured(line, theirs, grounds[0]),
        pochtar: await measured(line, ours, grounds[1]),
      };
      if (round > 0) rounds.get(line.name)?.push(pair);
    }
  }
  const results = lines.map((line) => inTheMiddle(line, rounds.get(line.name) ?? []));
  return {
    results,
    idle: options.idle === 0 ? [] : await silence(theirs, ours, accounts, options.idle, tell),
  };
}

interface Pair {
  dovecot: Measured;
  pochtar: Measured;
}

async function measured({ unit, run }: Line, { roots }: Target, ground: Ground): Promise<Measured> {
  const cpu = (): number => [...measure(roots).values()].reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  const before = cpu();
  const { operations, milliseconds }: Run = await run(ground);
  return {
    value: unit === 'ms' ? milliseconds / operations : (operations / milliseconds) * 1000,
    cpuMs: ((cpu() - before) / operations) * 1000,
  };
}

function inTheMiddle({ name, unit, aim }: Line, pairs: readonly Pair[]): ImapResult {
  const of = (server: keyof Pair): Measured => ({
    value: median(pairs.map((pair) => pair[server].value)),
    cpuMs: median(pairs.map((pair) => pair[server].cpuMs)),
  });
  const ratio = median(pairs.map(({ dovecot, pochtar }) => pochtar.value / dovecot.value));
  return { name, unit, aim, dovecot: of('dovecot'), pochtar: of('pochtar'), ratio };
}

async function addAccounts(instance: Instance): Promise<BenchAccounts> {
  const account = async (name: string): Promise<{ address: string; password: string }> => {
    const address = `${name}@demo.test`;
    await instance.pochtar(['account', 'create', address, '--password-stdin'], `${PASSWORD}\n`);
    return { address, password: PASSWORD };
  };
  const small: { address: string; password: string }[] = [];
  for (let index = 0; index < SMALL_ACCOUNTS; index++) small.push(await account(`small${index}`));
  return { big: await account('big'), small };
}

async function ourTarget(instance: Instance): Promise<Target> {
  const { host, port: imap } = instance.endpoint('imap');
  const [{ port: imaps }, { port: pop3 }] = [instance.endpoint('imaps'), instance.endpoint('pop3')];
  const roots = await instance.roots();
  return {
    server: { host, ports: { imap, imaps, pop3 } },
    roots,
    holders: roots.filter(({ name }) => name.startsWith('imap')).map(({ pid }) => pid),
  };
}

/** By APPEND, as a client that moves in does it. */
async function fill({ server, accounts, sizes }: Ground): Promise<void> {
  let number = 0;
  await Promise.all(
    Array.from({ length: FILLERS }, async () => {
      using line = await logIn(server, accounts.big);
      while (number < sizes.big) {
        const from = number;
        number = Math.min(number + MESSAGES_AT_ONCE, sizes.big);
        await line.command(appendOf('INBOX', mails(from, number)));
      }
    }),
  );
  for (const [index, account] of accounts.small.entries()) {
    using line = await logIn(server, account);
    const first = sizes.big + index * sizes.small;
    for (let at = 0; at < sizes.small; at += MESSAGES_AT_ONCE) {
      await line.command(
        appendOf('INBOX', mails(first + at, first + Math.min(at + MESSAGES_AT_ONCE, sizes.small))),
      );
    }
  }
}

function mails(from: number, to: number): Buffer[] {
  return Array.from({ length: to - from }, (_, index) => benchMail(from + index));
}

async function silence(
  theirs: Target,
  ours: Target,
  accounts: BenchAccounts,
  sessions: number,
  tell: (text: string) => void,
): Promise<IdleImapResult[]> {
  const results: IdleImapResult[] = [];
  for (const { name, isTls, aimKiB } of [
    { name: 'a silent session in clear', isTls: false, aimKiB: 30 },
    { name: 'a silent session with TLS', isTls: true, aimKiB: 90 },
  ]) {
    tell(`${sessions} times ${name}`);
    const of = (target: Target): Promise<number> => silentKiB(target, accounts, sessions, isTls);
    results.push({ name, aimKiB, dovecotKiB: await of(theirs), pochtarKiB: await of(ours) });
  }
  return results;
}

/** In IDLE, each with a mailbox selected. As many are there before, so that what is made once does not count. */
async function silentKiB(
  { server, holders }: Target,
  { small }: BenchAccounts,
  sessions: number,
  isTls: boolean,
): Promise<number> {
  using stack = new DisposableStack();
  const open = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index++) {
      const line = stack.use(await logIn(server, small[index % small.length] as BenchAccounts['big'], isTls));
      await line.command('SELECT INBOX');
      await line.idle();
    }
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  };
  const held = (): number => treesOf(holders).reduce((sum, pid) => sum + pssMiB(pid), 0) * 1024;
  await open(sessions);
  const before = held();
  await open(sessions);
  return (held() - before) / sessions;
}

export function imapTable({ results, idle }: Awaited<ReturnType<typeof benchImap>>): string {
  const number = (value: number, width: number): string => value.toFixed(value < 100 ? 1 : 0).padStart(width);
  const head = `${'line'.padEnd(30)} ${'unit'.padEnd(4)}   dovecot   pochtar  ratio    aim   CPU ms (dovecot)\n`;
  const lines = results.map(({ name, unit, aim, dovecot, pochtar, ratio }) => {
    const sign = unit === 'ms' ? '≤' : '≥';
    const cpu = `${pochtar.cpuMs.toFixed(2).padStart(8)} (${dovecot.cpuMs.toFixed(2)})`;
    return `${name.padEnd(30)} ${unit.padEnd(4)} ${number(dovecot.value, 9)} ${number(pochtar.value, 9)} ${ratio.toFixed(2).padStart(6)} ${`${sign} ${aim}`.padStart(6)} ${cpu}\n`;
  });
  const silent = idle.map(
    ({ name, aimKiB, dovecotKiB, pochtarKiB }) =>
      `${name.padEnd(30)} KiB  ${number(dovecotKiB, 9)} ${number(pochtarKiB, 9)} ${' '.repeat(6)} ${`≤ ${aimKiB}`.padStart(6)}\n`,
  );
  return head + lines.join('') + silent.join('');
}
