// The service as a process of its own, so that what it takes of memory and of time is its own: started by its `main.ts`, with
// the accounts of installation.ts. What strains it runs in another process (strain-process.ts), and what is probed meanwhile
// is asked from this one.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connectBus } from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { createAccount, hashPassword } from '@pochtar/store/directory';
import { answerAuthChecks, Scram } from '@pochtar/service';
import { eventually, freePort } from '@pochtar/testkit';
import { openGround } from '@pochtar/testkit/ground';
import { bindMessage, searchMessage } from './encode-request.ts';
import { BASE, PASSWORD } from './installation.ts';
import { RawClient } from './raw-client.ts';
import type { Strain } from './strain-process.ts';

export interface LdapProcess extends AsyncDisposable {
  port: number;
  /** MiB of the process now. */
  rss(): number;
  readonly isRunning: boolean;
  /** In a process of its own; resolves with what it counted. */
  strain(order: Strain): Promise<Strained>;
}

export interface Strained {
  count: number;
  /** Milliseconds of one search after the other by somebody who was logged in before; in order. */
  waits: number[];
  /** How late the pauses between them ended: what a process that does nothing has of this machine meanwhile; in order. */
  lateness: number[];
  /** MiB at the most. */
  peakMiB: number;
}

/** As docker-compose.yml has it. */
const memory = {
  ...{ NODE_OPTIONS: '--max-semi-space-size=4', MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' },
};
const PEOPLE = 1000;
const PROBE_EVERY_MS = 5;
const MIN_PROBES = 20;

export async function startLdapProcess(): Promise<LdapProcess> {
  await using stack = new AsyncDisposableStack();
  const port = await freePort();
  const limits = { failedLogins: 1000, sessionsPerAddress: 10_000, sessionsTotal: 10_000 };
  const ground = stack.use(
    await openGround({
      ...{ addressBook: { port, baseDn: BASE }, general: { defaultDomain: 'demo.test' }, limits },
    }),
  );
  const { db, nats, masterKey } = ground;
  const log = silentLogger();
  const passwordHash = await hashPassword(PASSWORD);
  const person = { domain: 'demo.test', folders: [], passwordHash };
  await createAccount(db, 'all', { ...person, address: 'anna@demo.test', displayName: 'Anna Grant' });
  for (let number = 0; number < PEOPLE; number++) {
    const displayName = `Person Number${number}`;
    await createAccount(db, 'all', { ...person, address: `p${number}@demo.test`, displayName });
  }
  const as = { url: nats.url, user: 'settings', password: nats.password, name: 'settings', log };
  const bus = stack.use(await connectBus(as));
  const scram = stack.use(await Scram.follow({ db, masterKey, log }));
  const answers = answerAuthChecks({ db, bus, scram, log });
  stack.defer(() => answers.stop());
  await bus.connection.flush();
  const environment = {
    ...process.env,
    ...memory,
    ...ground.environment('ldap'),
    POCHTAR_LOG_LEVEL: 'error',
  };
  const child = fork(new URL('../src/main.ts', import.meta.url), { env: environment, stdio: 'inherit' });
  stack.defer(() => end(child));
  await eventually(async () => (await RawClient.open(port))[Symbol.dispose]());
  const running = stack.move();
  const rss = (): number => rssOf(child.pid ?? 0);
  return {
    port,
    rss,
    get isRunning() {
      return child.exitCode === null && child.signalCode === null;
    },
    strain: (order) => strain(port, order, rss),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

async function loggedIn(port: number): Promise<RawClient> {
  const raw = await RawClient.open(port);
  raw.send(bindMessage(1, 'anna@demo.test', PASSWORD));
  await raw.resultOf(1);
  return raw;
}

async function strain(port: number, order: Strain, rss: () => number): Promise<Strained> {
  // A process that has just begun to listen may end what came before its settings.
  using raw = await eventually(() => loggedIn(port));
  const child = fork(new URL('strain-process.ts', import.meta.url), { stdio: 'inherit' });
  try {
    const waits: number[] = [];
    const lateness: number[] = [];
    let peakMiB = 0;
    const strained: { ended?: { count: number } | { error: string } } = {};
    child.once('message', (message) => (strained.ended = message as { count: number }));
    child.once('exit', () => (strained.ended ??= { error: 'it ended by itself' }));
    child.send({ ...order, port });
    for (let id = 2; strained.ended === undefined || waits.length < MIN_PROBES; id = (id % 1_000_000) + 2) {
      waits.push(await probe(raw, id));
      peakMiB = Math.max(peakMiB, rss());
      const paused = performance.now();
      await new Promise((resolve) => setTimeout(resolve, PROBE_EVERY_MS));
      lateness.push(performance.now() - paused - PROBE_EVERY_MS);
    }
    const { ended } = strained;
    if ('error' in ended) throw new Error(ended.error);
    const inOrder = (times: number[]) => times.toSorted((a, b) => a - b);
    return { count: ended.count, waits: inOrder(waits), lateness: inOrder(lateness), peakMiB };
  } finally {
    await end(child);
  }
}

async function probe(raw: RawClient, id: number): Promise<number> {
  const began = performance.now();
  const filter = {
    kind: 'substrings',
    attribute: 'cn',
    initial: null,
    any: ['number77'],
    final: null,
  } as const;
  raw.send(searchMessage(id, { base: BASE, filter, attributes: ['mail'] }));
  const answered = await raw.answersTo(id);
  if (answered.length !== 12) throw new Error(`${answered.length} answers to a probe`);
  raw.answers.length = 0;
  return performance.now() - began;
}

function rssOf(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  return Number(match?.[1] ?? 0) / 1024;
}
