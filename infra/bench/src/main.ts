// `./pochtar bench`: a bounded load on loopback against an installation of its own, and what it cost.
//
// Prints accepted and delivered mails per second, CPU seconds per mail over all own processes, Postgres and
// NATS together, and the peak memory of each. TLS and content filters are off; the directory volume holds the mail.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startFakeDns } from '@pochtar/testkit';
import { benchConsole, consoleTable } from './console.ts';
import { seedConsole } from './console-seed.ts';
import { benchIdle, type IdleResult } from './idle.ts';
import { benchFilters, filtersTable } from './filters.ts';
import { benchImap, imapTable } from './imap.ts';
import { Instance } from './instance.ts';
import { benchLdap, ldapTable } from './ldap.ts';
import { type Account, type Load, type Result, runLoad } from './load.ts';
import { benchSearch, searchTable } from './search.ts';
import { benchSettings } from './settings-line.ts';
import { benchTraces, seedTraces, tracesTable } from './traces.ts';

const LOADS: Load[] = [
  { kib: 4, sessions: 1, mails: 500 },
  { kib: 4, sessions: 16, mails: 5000 },
  { kib: 4, sessions: 64, mails: 8000 },
  { kib: 64, sessions: 1, mails: 200 },
  { kib: 64, sessions: 16, mails: 1500 },
  { kib: 64, sessions: 64, mails: 2000 },
  { kib: 1024, sessions: 1, mails: 40 },
  { kib: 1024, sessions: 16, mails: 150 },
  { kib: 1024, sessions: 64, mails: 200 },
];
const ACCOUNTS = 16;
const OFF = [
  'antivirus.clamavEnabled=false',
  'dkim.verify=false',
  'dnsbl.zones=[]',
  'smtpEncryption.mode=none',
  'accessEncryption.mode=none',
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    kib: { type: 'string' },
    sessions: { type: 'string' },
    mails: { type: 'string' },
    messages: { type: 'string', default: '100000' },
    requests: { type: 'string', default: '200' },
    accounts: { type: 'string', default: '10000' },
    queued: { type: 'string', default: '100000' },
    entries: { type: 'string', default: '2000' },
    saves: { type: 'string', default: '40' },
    sizes: { type: 'string', default: '1000,100000' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    idle: { type: 'string' },
    count: { type: 'string', default: '1000000' },
    only: { type: 'string' },
    keep: { type: 'boolean', default: false },
    scale: { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(`pochtar bench [--quick] [--kib 4] [--sessions 16] [--mails 5000] [--scale name=n] [--json]
  Measures accepted and delivered mails per second, CPU per mail and peak memory, on loopback.
  --quick   only the 4 KiB loads
pochtar bench idle [--sessions 1000] [--messages 100000] [--json]
  Measures how long a NOOP waits at worst while another session asks for the dearest things.
pochtar bench console [--accounts 10000] [--queued 100000] [--entries 2000] [--requests 200] [--only PATTERN] [--keep] [--json]
  Measures each route of the console's API in a large installation, and the memory of the process.
  --only    routes that the pattern finds, 'queue.*state=' for example
  --keep    the filled installation is left in var/bench, and the next --keep goes on with it
pochtar bench search [--messages 100000] [--rounds 5] [--json]
  Measures searches, SORT and THREAD in a large mailbox, and the index that searches are narrowed by.
pochtar bench settings [--saves 40] [--json]
  Measures how long a change that is saved in the console takes until every process has applied it.
pochtar bench traces [--count 1000000] [--json]
  Measures how long it takes to find a mail of any age among so many traces, by all that can be known of it.
pochtar bench ldap [--sizes 1000,100000] [--rounds 5] [--seconds 2] [--idle 5000] [--json]
  Measures searches of mail clients in the address book, beside OpenLDAP's slapd with the same entries, in turn; and what
  thousands of silent connections cost.
pochtar bench imap [--messages 100000] [--rounds 5] [--seconds 2] [--idle 500] [--only PATTERN] [--json]
  Measures what mail clients do all day by IMAP and POP3, beside Dovecot with the same messages, in turn, and what silent
  sessions hold.
pochtar bench filters [--mails 1000] [--sessions 16] [--rounds 5] [--only PATTERN] [--json]
  Measures what each filter adds to a mail of 4 KiB: all off, each one on, all on, in turn.
`);
} else if (positionals[0] === 'idle') {
  await withInstance(runIdle);
} else if (positionals[0] === 'console') {
  await withInstance(runConsole);
} else if (positionals[0] === 'search') {
  await withInstance(runSearches);
} else if (positionals[0] === 'settings') {
  await withInstance(runSettings);
} else if (positionals[0] === 'traces') {
  await withInstance(runTraces);
} else if (positionals[0] === 'ldap') {
  await withInstance(runLdap);
} else if (positionals[0] === 'imap') {
  await withInstance(runImap);
} else if (positionals[0] === 'filters') {
  await runFilters();
} else {
  await withInstance(bench);
}

async function withInstance(
  run: (instance: Instance) => Promise<void>,
  environment: Record<string, string> = {},
): Promise<void> {
  const directory = join(process.env.POCHTAR_VAR ?? join(import.meta.dirname, '../../../var'), 'bench');
  if (!values.keep || !existsSync(filledMark(directory))) rmSync(directory, { recursive: true, force: true });
  const instance = new Instance(directory, environment);
  progress('bringing an installation up');
  await instance.pochtar(['up', '--detach', ...values.scale.flatMap((pair) => ['--scale', pair])]);
  try {
    await instance.pochtar(['settings', 'set', ...OFF, '--wait']);
    await run(instance);
  } finally {
    await instance.pochtar(['down']);
    if (!values.keep) rmSync(directory, { recursive: true, force: true });
  }
}

/** There once an installation has been filled whole. */
function filledMark(directory: string): string {
  return join(directory, 'filled');
}

async function bench(instance: Instance): Promise<void> {
  const accounts = await addAccounts(instance);
  const results: Result[] = [];
  for (const load of chosenLoads()) {
    progress(`${load.mails} mails of ${load.kib} KiB over ${load.sessions} sessions`);
    const result = await runLoad(instance, load, accounts);
    results.push(result);
    if (!values.json) print(result, results.length === 1);
  }
  if (values.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
}

async function runIdle(instance: Instance): Promise<void> {
  const options = { sessions: Number(values.sessions ?? 1000), messages: Number(values.messages) };
  const results = await benchIdle(instance, options, progress);
  if (values.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  else process.stdout.write(results.map(idleLine).join(''));
}

async function runSearches(instance: Instance): Promise<void> {
  const options = { messages: Number(values.messages), rounds: Number(values.rounds) };
  const result = await benchSearch(instance, options, progress);
  process.stdout.write(values.json ? `${JSON.stringify(result, null, 2)}\n` : searchTable(result));
}

async function runConsole(instance: Instance): Promise<void> {
  const { accounts, queued, entries, requests, only } = values;
  const sizes = { accounts: Number(accounts), mails: Number(queued), entries: Number(entries) };
  const mark = filledMark(instance.directory);
  if (!existsSync(mark)) {
    progress(`writing ${accounts} mailboxes, ${queued} mails, ${entries} entries of lists`);
    await seedConsole(instance, sizes);
    writeFileSync(mark, '');
  }
  const options = { requests: Number(requests), only: new RegExp(only ?? '') };
  const result = await benchConsole(instance, options, progress);
  process.stdout.write(values.json ? `${JSON.stringify(result, null, 2)}\n` : consoleTable(result));
}

async function runSettings(instance: Instance): Promise<void> {
  const result = await benchSettings(instance, { saves: Number(values.saves) }, progress);
  if (values.json) return void process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  const { saves, p50Ms, p95Ms, worstMs, slowest } = result;
  process.stdout.write(
    `${saves} saves, applied by every process: p50 ${p50Ms} ms, p95 ${p95Ms} ms, worst ${worstMs} ms (${slowest})\n`,
  );
}

async function runTraces(instance: Instance): Promise<void> {
  const count = Number(values.count);
  await seedTraces(instance, count, progress);
  const result = await benchTraces(instance, count, progress);
  process.stdout.write(values.json ? `${JSON.stringify(result, null, 2)}\n` : tracesTable(result));
}

async function runLdap(instance: Instance): Promise<void> {
  const { sizes, rounds, seconds, idle } = values;
  const options = {
    sizes: sizes.split(',').map(Number),
    ...{ rounds: Number(rounds), milliseconds: Number(seconds) * 1000, idle: Number(idle ?? 5000) },
  };
  const result = await benchLdap(instance, options, progress);
  process.stdout.write(values.json ? `${JSON.stringify(result, null, 2)}\n` : ldapTable(result));
}

async function runImap(instance: Instance): Promise<void> {
  const { messages, rounds, seconds, idle, only } = values;
  const options = {
    messages: Number(messages),
    rounds: Number(rounds),
    milliseconds: Number(seconds) * 1000,
    idle: Number(idle ?? 500),
    only: new RegExp(only ?? ''),
  };
  const result = await benchImap(instance, options, progress);
  process.stdout.write(values.json ? `${JSON.stringify(result, null, 2)}\n` : imapTable(result));
}

async function runFilters(): Promise<void> {
  await using dns = await startFakeDns();
  const options = {
    mails: Number(values.mails ?? 1000),
    sessions: Number(values.sessions ?? 16),
    rounds: Number(values.rounds),
    only: new RegExp(values.only ?? ''),
  };
  await withInstance(
    async (instance) => {
      const result = await benchFilters(
        { instance, dns, accounts: await addAccounts(instance) },
        options,
        progress,
      );
      process.stdout.write(values.json ? `${JSON.stringify(result, null, 2)}\n` : filtersTable(result));
    },
    { POCHTAR_DNS_SERVERS: dns.address },
  );
}

function idleLine({ command, tookMs, worstNoopMs, worstControlMs, noops }: IdleResult): string {
  const figures = `took ${tookMs.toFixed(0).padStart(6)} ms, worst NOOP ${worstNoopMs.toFixed(0).padStart(5)} ms of ${noops}`;
  return `${command.padEnd(38)} ${figures}, a process that does nothing ${worstControlMs.toFixed(0)} ms late\n`;
}

function chosenLoads(): Load[] {
  return LOADS.filter((load) => !values.quick || load.kib === 4)
    .filter((load) => values.kib === undefined || load.kib === Number(values.kib))
    .filter((load) => values.sessions === undefined || load.sessions === Number(values.sessions))
    .map((load) => ({ ...load, mails: values.mails === undefined ? load.mails : Number(values.mails) }));
}

async function addAccounts(instance: Instance): Promise<Account[]> {
  const accounts: Account[] = [];
  for (let index = 0; index < ACCOUNTS; index++) {
    const account = { address: `load${index}@demo.test`, password: `load-${index}-password` };
    await instance.pochtar(
      ['account', 'create', account.address, '--password-stdin'],
      `${account.password}\n`,
    );
    accounts.push(account);
  }
  return accounts;
}

function progress(text: string): void {
  process.stderr.write(`${text} …\n`);
}

function print(result: Result, isFirst: boolean): void {
  if (isFirst)
    process.stdout.write(
      '   KiB sessions  mails accepted/s delivered/s CPU ms/mail   CPU ms/mail and peak MiB by process\n',
    );
  const byProcess = Object.entries(result.cpuMsByProcess)
    .filter(([, cpu]) => cpu >= 0.005)
    .map(([name, cpu]) => `${name} ${cpu.toFixed(2)}/${Math.round(result.peakMiB[name] ?? 0)}`)
    .join(', ');
  const cells = [
    String(result.kib).padStart(6),
    String(result.sessions).padStart(8),
    String(result.mails).padStart(6),
    result.acceptedPerSecond.toFixed(0).padStart(10),
    result.deliveredPerSecond.toFixed(0).padStart(11),
    result.cpuMsPerMail.toFixed(2).padStart(11),
  ];
  process.stdout.write(`${cells.join(' ')}   ${byProcess}\n`);
}
