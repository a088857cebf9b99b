// An installation for the tests of this service: Postgres, NATS and a directory volume of its own, mails to judge,
// and filters as they are started in production, in this process or as one that can be killed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Bus, ensureStreams, type Step, stepConsumer, stepSubject } from '@pochtar/bus';
import { processEnv } from '@pochtar/runtime';
import type { SectionName, Settings } from '@pochtar/settings';
import type { BlobStore } from '@pochtar/store/blob';
import { type Database, openDatabase } from '@pochtar/store/db';
import { acceptMails, type NewMail } from '@pochtar/store/queue';
import type { TestNats } from '@pochtar/testkit';
import { type Ground, newContent, openGround, serviceContext } from '@pochtar/testkit/ground';
import type { Config } from '../src/config.ts';
import type { FilterName } from '../src/filter.ts';
import { start } from '../src/service.ts';

export interface FilterProcess {
  /** Of all its threads until now. */
  cpuMs(): number;
  kill(): Promise<void>;
}

export interface Installation extends AsyncDisposable {
  /** As the owner. */
  db: Database;
  nats: TestNats;
  /** Ends the connections of the filter that wait for a lock, as a restart of Postgres does; returns how many. */
  endWaiting(): Promise<number>;
  /** As the owner. */
  bus: Bus;
  blobs: BlobStore;
  /** Where packs lie. */
  volumePath: string;
  masterKey: Buffer;
  setLists: Ground['setLists'];
  set<N extends SectionName>(section: N, changed: Partial<Settings[N]>): Promise<void>;
  accept(body: string | Buffer, changed?: Partial<NewMail>): Promise<string>;
  /** Runs until it, or the installation, is disposed of. */
  start(filter: FilterName, env?: Record<string, string>): Promise<AsyncDisposable>;
  /** As a process of its own; resolves when it is ready. */
  spawn(filter: FilterName, env?: Record<string, string>): Promise<FilterProcess>;
  /** What the stream holds for a step, every event's mails one after another. */
  events(step: Step): Promise<string[]>;
  /** How many events that is. */
  eventCount(step: Step): Promise<number>;
  /** Whether a consumer has an event of the step in hand. */
  isPulled(step: Step): Promise<boolean>;
  row(mail: string): Promise<Record<string, unknown> | undefined>;
  verdicts(mail: string): Promise<Record<string, unknown>[]>;
}

export async function installation(): Promise<Installation> {
  await using stack = new AsyncDisposableStack();
  const ground = stack.use(await openGround({ general: { heloName: 'mx.example.test' } }));
  const { db, bus, nats, blobs, volumePath, masterKey } = ground;
  const superuser = stack.use(openDatabase({ url: ground.database.superuserUrl, max: 1 }));
  await ensureStreams(await bus.manager());
  const env = (filter: FilterName) => ({ ...ground.environment(`filter-${filter}`), POCHTAR_FILTER: filter });

  const resources = stack.move();
  return {
    ...{ db, nats, bus, blobs, volumePath, masterKey },
    async endWaiting() {
      const ended = await superuser.query({
        text: `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and usename like 'pochtar_filter-%' and wait_event_type = 'Lock'`,
      });
      return ended.length;
    },
    setLists: (lists) => ground.setLists(lists),
    set: async (section, changed) => void (await ground.save({ [section]: changed })),
    accept: (body, changed = {}) => accept(db, blobs, Buffer.from(body as string), changed),
    async start(filter, more = {}) {
      const config: Config = { ...processEnv.parse({ ...env(filter), ...more }), POCHTAR_FILTER: filter };
      return resources.use(await start(config, serviceContext(`filter-${filter}`)));
    },
    spawn: (filter, more = {}) => startProcess({ ...env(filter), ...more }),
    events: async (step) => (await eventsOf(bus, step)).flat(),
    eventCount: async (step) => (await eventsOf(bus, step)).length,
    async isPulled(step) {
      const manager = await bus.manager();
      const { num_ack_pending } = await manager.consumers.info('MAIL', stepConsumer(step).durable_name);
      return num_ack_pending > 0;
    },
    async row(mail) {
      const [row] = await db.query<Record<string, unknown>>({
        text: `select step, state, attempts, reason, extract(epoch from due_at - now())::float8 as wait
          from queue.mail where id = $1`,
        values: [mail],
      });
      return row;
    },
    verdicts: (mail) =>
      db.query({
        text: 'select filter, result, reason, prefix, replacement_content_id as replacement from queue.verdict where mail_id = $1',
        values: [mail],
      }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function accept(
  db: Database,
  blobs: BlobStore,
  body: Buffer,
  changed: Partial<NewMail>,
): Promise<string> {
  const content = await newContent(blobs, body);
  const { id } = content;
  const mail: NewMail = {
    id,
    content,
    acceptedAt: new Date(),
    reversePath: 'sender@remote.test',
    origin: 'incoming',
    clientAddress: '192.0.2.1',
    protocol: 'ESMTP',
    slip: ['antivirus'],
    settingsRevision: 1,
    step: 'antivirus',
    recipients: [{ address: 'anna@example.test' }],
    ...changed,
  };
  await acceptMails(db, [mail]);
  return id;
}

async function startProcess(env: Record<string, string>): Promise<FilterProcess> {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  for await (const line of child.stdout) if (String(line).includes('"msg":"ready"')) break;
  return {
    cpuMs: () => cpuMsOf(child.pid ?? 0),
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** proc(5): user and system time are the 14th and 15th field, in hundredths of a second; the name may hold blanks. */
function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function eventsOf(bus: Bus, step: Step): Promise<string[][]> {
  const { name } = stepSubject(step);
  const manager = await bus.manager();
  const { state } = await manager.streams.info('MAIL');
  const events: string[][] = [];
  for (let seq = state.first_seq; seq > 0 && seq <= state.last_seq; seq++) {
    const message = await manager.streams.getMessage('MAIL', { seq }).catch(() => null);
    if (message?.subject === name) events.push(message.json<{ mails: string[] }>().mails);
  }
  return events;
}
