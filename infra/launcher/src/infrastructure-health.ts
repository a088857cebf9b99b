// Whether Postgres and NATS do their work, found out by letting them do some: that their processes live says little.
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bus, connectBus } from '@pochtar/bus';
import { asSuperuser, natsGreets, readSecret } from '@pochtar/native';
import { silentLogger } from '@pochtar/runtime';
import { type BusState, lookAtBus } from './bus-watch.ts';
import type { Surroundings } from './environment.ts';
import { messageOf } from './message-of.ts';

type Faults = Record<string, string>;

const answerMs = 5_000;
/** Below this the next segment of the log, or the next block of a stream, may not fit. */
const lowBytes = 64 * 1024 * 1024;
const streams = ['MAIL', 'EVENTS'];

/** A commit that has to reach the disk. */
export async function askPostgres({ paths, ports, secrets }: Surroundings): Promise<Faults> {
  const cluster = {
    host: '127.0.0.1',
    port: ports.postgres,
    superuserPassword: readSecret(secrets.superuserPasswordFile),
  };
  const commit = asSuperuser(cluster, async (client) => {
    await client.query("select pg_logical_emit_message(true, 'pochtar', 'is the log written?')");
  });
  const answer = await faultOf(within(commit, 'a commit'));
  return faults({ answer, disk: await diskFault(paths.postgres) });
}

/** The streams, and the directory that they lie in. */
export async function askNats({ paths, ports, secrets }: Surroundings): Promise<Faults> {
  const answer = await faultOf(lookAtStreams(ports.nats, secrets.natsPassword('owner')));
  const store = existsSync(join(paths.nats, 'jetstream'))
    ? null
    : `${join(paths.nats, 'jetstream')} was removed while NATS runs: ./pochtar restart nats`;
  return faults({ answer, store, disk: await diskFault(paths.nats) });
}

/** Whether the bus has to be started anew: see bus-watch.ts. */
export function busState({ paths, ports, secrets }: Surroundings): Promise<BusState> {
  return lookAtBus({
    port: ports.nats,
    // Streams that are missing are made by whoever needs them.
    askJetStream: () =>
      askJetStream(ports.nats, secrets.natsPassword('owner'), async (manager) => {
        for await (const _stream of manager.streams.list()) break;
      }),
    hasRoom: async () => (await diskFault(paths.nats)) === null,
  });
}

function lookAtStreams(port: number, password: string): Promise<void> {
  return askJetStream(port, password, async (manager) => {
    for (const stream of streams) await manager.streams.info(stream);
  });
}

type Manager = Awaited<ReturnType<Bus['manager']>>;

export async function askJetStream(
  port: number,
  password: string,
  ask: (manager: Manager) => Promise<void>,
): Promise<void> {
  // A client would wait for a server that hangs.
  if (!(await natsGreets('127.0.0.1', port))) throw new Error('it does not greet');
  const bus = await connectBus({
    url: `nats://127.0.0.1:${port}`,
    user: 'owner',
    password,
    name: 'status',
    log: silentLogger(),
    failsWhenAway: true,
  });
  const asked = async (): Promise<void> => {
    const manager = await bus.manager();
    await manager.getAccountInfo();
    await ask(manager);
  };
  try {
    await within(asked(), 'JetStream');
  } finally {
    // Closed, not drained: a server whose JetStream is stuck reads nothing more from who has asked it.
    await bus.connection.close();
  }
}

async function diskFault(path: string): Promise<string | null> {
  const free = await statfs(path).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  );
  if (free === null) return `${path} is not there`;
  return free < lowBytes
    ? `the disk of ${path} is full: ${Math.floor(free / 1024 / 1024)} MiB are left`
    : null;
}

async function faultOf(work: Promise<unknown>): Promise<string | null> {
  return work.then(() => null, messageOf);
}

function within<T>(work: Promise<T>, what: string): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what} took longer than ${answerMs} ms`)), answerMs);
  work.catch(() => {});
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

function faults(found: Record<string, string | null>): Faults {
  const told = Object.entries(found).filter((entry): entry is [string, string] => entry[1] !== null);
  return Object.fromEntries(told);
}
