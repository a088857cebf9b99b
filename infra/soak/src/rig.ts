// What is tried: an installation of its own with small disks, a scanner, a far side and people with mailboxes.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Instance, type ProcessState } from '@pochtar/bench/instance';
import { openDatabaseOf } from '@pochtar/bench/program-database';
import { type Clamd, startClamd } from '@pochtar/native';
import type { Database } from '@pochtar/store/db';
import { canMount, SmallDisk } from './disk.ts';
import { FarSide } from './far-side.ts';

export interface Person {
  address: string;
  password: string;
}

export interface Rig extends AsyncDisposable {
  instance: Instance;
  people: readonly Person[];
  farSide: FarSide;
  /** As delivery's role: whoever waits asks often, and a command takes a second. */
  database: Database;
  /** Null where disks cannot be mounted. */
  disks: Disks | null;
  endpoint(name: 'smtp' | 'submission' | 'imap'): { host: string; port: number };
  processes(): Promise<ProcessState[]>;
}

export interface Disks {
  mail: SmallDisk;
  postgres: SmallDisk;
  nats: SmallDisk;
}

const PEOPLE = 6;
/** Big enough for what a round leaves, small enough to be filled in a second. */
const DISK_MIB = { mail: 768, postgres: 640, nats: 256 };
const DISK_FILES = 20_000;

const settings = (farSide: FarSide, clamd: Clamd): string[] => [
  `antivirus.clamavAddress=${clamd.address}`,
  'dnsbl.zones=[]',
  'smtpEncryption.mode=none',
  'accessEncryption.mode=none',
  // What failed is tried again soon: a round must not wait for the manual's three hours.
  'queue.runIntervalMinutes=1',
  'queue.waitMinMinutes=1',
  'queue.waitMaxMinutes=1',
  'alerts.diskLowWaterMb=32',
  'relay.host=127.0.0.1',
  `relay.port=${farSide.port}`,
];

/** Brings it up in `directory`, which is emptied first. */
export async function openRig(directory: string, tell: (line: string) => void = () => {}): Promise<Rig> {
  await using stack = new AsyncDisposableStack();
  rmSync(directory, { recursive: true, force: true });
  const instance = new Instance(join(directory, 'var'));
  stack.defer(() => rmSync(directory, { recursive: true, force: true }));
  const disks = canMount() ? mountDisks(instance.directory, stack) : null;
  if (disks === null) tell('not root: no small disks, no faults of full disks');
  const clamd = stack.use(await startClamd({ dir: join(directory, 'clamd') }));
  const farSide = stack.use(await FarSide.open());
  stack.defer(async () => void (await instance.pochtar(['down']).catch(() => undefined)));
  tell('bringing an installation up');
  await instance.pochtar(['up', '--detach']);
  await instance.pochtar(['settings', 'set', ...settings(farSide, clamd), '--wait']);
  const people = await createPeople(instance);
  const database = stack.use(await openDatabaseOf(instance, 'delivery'));
  const opened = stack.move();
  return {
    ...{ instance, people, farSide, database, disks },
    endpoint: (name) => instance.endpoint(name),
    processes: () => instance.processes(),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

function mountDisks(directory: string, stack: AsyncDisposableStack): Disks {
  const mount = (name: keyof Disks): SmallDisk =>
    stack.use(new SmallDisk(join(directory, name), { mib: DISK_MIB[name], files: DISK_FILES }));
  return { mail: mount('mail'), postgres: mount('postgres'), nats: mount('nats') };
}

async function createPeople(instance: Instance): Promise<Person[]> {
  const people: Person[] = [];
  for (let index = 0; index < PEOPLE; index++) {
    const person = { address: `soak${index}@demo.test`, password: `soak-${index}-password` };
    await instance.pochtar(['account', 'create', person.address, '--password-stdin'], `${person.password}\n`);
    people.push(person);
  }
  return people;
}
