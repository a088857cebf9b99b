// `./pochtar bench filters`: what each filter adds to a mail. Every set-up in turn, several rounds of all of them: the
// machine's other work changes, and what is compared stands side by side.
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { startClamd } from '@pochtar/native';
import type { FakeDns } from '@pochtar/testkit';
import type { Instance } from './instance.ts';
import { type Account, type Manner, type Result, runLoad } from './load.ts';
import { signerFor } from './signed-mail.ts';
import { PROXY_ADDRESS } from './smtp-load.ts';
import { median } from './statistics.ts';

const SENDER = 'load.test';
const RECEIVER = 'demo.test';
const ZONE = 'list.test';
/** greylist.minRetrySeconds, and a moment for the clock. */
const RETRY_MS = 2500;
const KIB = 4;
const RULES = {
  Words: { kind: 'words', terms: ['trade secret', 'оклад', 'премия', 'salary'] },
  Cards: { kind: 'detector', detector: 'bankCard' },
  Project: { kind: 'expression', expression: 'PRJ-\\d{4}' },
};

interface Setup {
  name: string;
  isSubmitted?: boolean;
  settings: string[];
}

const ON = {
  dnsbl: [`dnsbl.zones=["${ZONE}"]`],
  greylist: ['greylist.enabled=true'],
  antivirus: ['antivirus.clamavEnabled=true'],
  dkim: ['dkim.verify=true'],
  dlp: ['misc.useDlp=true'],
};
const SETUPS: Setup[] = [
  { name: 'all off', settings: [] },
  ...Object.entries(ON).map(([name, settings]) => ({
    name: name === 'dkim' ? 'dkim verify' : name,
    settings,
  })),
  { name: 'all on', settings: Object.values(ON).flat() },
  { name: 'submitted, all off', isSubmitted: true, settings: [] },
  { name: 'submitted, dkim sign', isSubmitted: true, settings: ['dkim.sign=true'] },
];
const OFF = [
  ...['dnsbl.zones=[]', 'greylist.enabled=false', 'antivirus.clamavEnabled=false', 'dkim.verify=false'],
  ...['dkim.sign=false', 'misc.useDlp=false'],
];

export interface Ground {
  instance: Instance;
  dns: FakeDns;
  accounts: Account[];
}

export interface FilterOptions {
  mails: number;
  sessions: number;
  rounds: number;
  only: RegExp;
}

export interface FilterLine {
  name: string;
  deliveredPerSecond: number;
  cpuMsPerMail: number;
  /** Beside what it is with all off. */
  addedCpuMs: number;
  cpuMsByProcess: Record<string, number>;
}

export async function benchFilters(
  ground: Ground,
  options: FilterOptions,
  tell: (line: string) => void,
): Promise<FilterLine[]> {
  await using clamd = await startClamd({ dir: join(ground.instance.directory, 'clamd') });
  const contentOf = await prepare(ground, clamd.address);
  const results = new Map<string, Result[]>();
  const setups = SETUPS.filter(({ name }) => name.includes('all off') || options.only.test(name));
  // The first round is for the compiler of each process, and counts for nothing.
  for (let round = 0; round <= options.rounds; round++) {
    for (const setup of setups) {
      tell(`round ${round} of ${options.rounds}: ${setup.name}`);
      const result = await runSetup(ground, setup, options, contentOf);
      if (round > 0) results.set(setup.name, [...(results.get(setup.name) ?? []), result]);
    }
  }
  return setups.map((setup) => lineOf(setup, results));
}

/** Records, keys and rules; returns what signs a stranger's mail. */
async function prepare({ instance, dns }: Ground, clamd: string): Promise<(mail: Buffer) => Buffer> {
  const signer = signerFor(SENDER);
  dns.set(`bench._domainkey.${SENDER}`, 'TXT', signer.record);
  dns.set(SENDER, 'TXT', 'v=spf1 ip4:198.18.0.0/15 -all');
  dns.set(`_dmarc.${SENDER}`, 'TXT', 'v=DMARC1; p=reject');
  // RFC 5782 §5: the points by which a list is known to be one.
  dns.set(`2.0.0.127.${ZONE}`, 'A', '127.0.0.2');
  await instance.pochtar([
    ...['settings', 'set', `network.trustedProxies=["${PROXY_ADDRESS}/32"]`, 'greylist.minRetrySeconds=1'],
    ...['dlp.defaultAction=log', `antivirus.clamavAddress=${clamd}`, '--wait'],
  ]);
  for (const [name, condition] of Object.entries(RULES)) {
    await instance.pochtar([
      'dlp',
      'rule',
      'save',
      name,
      JSON.stringify({ conditions: [condition], action: 'log' }),
    ]);
  }
  const { key } = await instance.json<{ key: { selector: string } }>(['dkim', 'key', 'create', RECEIVER]);
  await instance.pochtar(['dkim', 'key', 'activate', RECEIVER, key.selector, '--force']);
  return (mail) => signer.signed(mail);
}

async function runSetup(
  { instance, accounts }: Ground,
  { settings, isSubmitted = false }: Setup,
  { mails, sessions }: FilterOptions,
  contentOf: (mail: Buffer) => Buffer,
): Promise<Result> {
  await instance.pochtar(['settings', 'set', ...OFF, ...settings, '--wait']);
  const load = { kib: KIB, sessions, mails };
  if (isSubmitted) return runLoad(instance, load, accounts, submitted(instance, accounts));
  const manner: Manner = { contentOf, clientOf: (index) => `198.18.0.${1 + (index % 250)}` };
  if (settings.includes('greylist.enabled=true')) {
    await runLoad(instance, { ...load, mails: accounts.length }, accounts, manner);
    await delay(RETRY_MS);
  }
  return runLoad(instance, load, accounts, manner);
}

function submitted(instance: Instance, accounts: readonly Account[]): Manner {
  const [{ address, password }] = accounts as [Account];
  return {
    endpoint: instance.endpoint('submission'),
    reversePath: address,
    login: { name: address, password },
  };
}

function lineOf({ name, isSubmitted = false }: Setup, results: ReadonlyMap<string, Result[]>): FilterLine {
  const own = results.get(name) ?? [];
  const off = results.get(isSubmitted ? 'submitted, all off' : 'all off') ?? [];
  const processes = new Set(own.flatMap(({ cpuMsByProcess }) => Object.keys(cpuMsByProcess)));
  return {
    name,
    deliveredPerSecond: median(own.map((one) => one.deliveredPerSecond)),
    cpuMsPerMail: median(own.map((one) => one.cpuMsPerMail)),
    addedCpuMs: median(own.map((one, round) => one.cpuMsPerMail - (off[round]?.cpuMsPerMail ?? Number.NaN))),
    cpuMsByProcess: Object.fromEntries(
      [...processes].map((process) => [process, median(own.map((one) => one.cpuMsByProcess[process] ?? 0))]),
    ),
  };
}

export function filtersTable(lines: readonly FilterLine[]): string {
  const head = `${'set-up'.padEnd(22)} delivered/s CPU ms/mail  added   CPU ms/mail by process\n`;
  const rows = lines.map(({ name, deliveredPerSecond, cpuMsPerMail, addedCpuMs, cpuMsByProcess }) => {
    const cells = [
      name.padEnd(22),
      deliveredPerSecond.toFixed(0).padStart(11),
      cpuMsPerMail.toFixed(2).padStart(11),
      addedCpuMs.toFixed(2).padStart(6),
    ];
    const byProcess = Object.entries(cpuMsByProcess)
      .filter(([, cpu]) => cpu >= 0.02)
      .map(([process, cpu]) => `${process} ${cpu.toFixed(2)}`);
    return `${cells.join(' ')}   ${byProcess.join(', ')}\n`;
  });
  return head + rows.join('');
}
