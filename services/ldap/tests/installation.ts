// The service in this process against a real Postgres and a real NATS, with the accounts anna, boris and clara (disabled:
// dora) of demo.test and eva of other.test, an alias and a group of demo.test. Passwords are checked as in an installation:
// by what the settings process answers with.
import type { Contact } from '@pochtar/mail/contact';
import type { Bus, SettingsApplied } from '@pochtar/bus';
import { connectBus, directoryChanged } from '@pochtar/bus';
import { type Health, processEnv, silentLogger } from '@pochtar/runtime';
import type { Database } from '@pochtar/store/db';
import { createAccount, createDomain, createName, hashPassword, setPhoto } from '@pochtar/store/directory';
import { eventually, freePort, type TestNats } from '@pochtar/testkit';
import { openGround, serviceContext, type SettingsParts } from '@pochtar/testkit/ground';
import { answerAuthChecks, Scram } from '@pochtar/service';
import { Client } from 'ldapts';
import type { Server, SessionTimes } from '../src/server.ts';
import { start } from '../src/service.ts';
import type { LdapSession } from '../src/session.ts';

export const HOST = '127.0.0.1';
export const PASSWORD = 'se cret';
export const BASE = 'dc=demo,dc=test';

export interface Installation extends AsyncDisposable {
  port: number;
  db: Database;
  masterKey: Buffer;
  bus: Bus;
  /** As the settings process. */
  settingsBus: Bus;
  nats: TestNats;
  health: Health;
  /** Of the service under test. */
  server: Server;
  sessions: ReadonlySet<LdapSession>;
  /** Saves parts of sections; answers the reports of the service. */
  set(parts: SettingsParts): Promise<SettingsApplied[]>;
  /** Changes people; resolves when the service knows. `hint`: whether the bus tells. */
  addPeople(people: readonly TestPerson[], hint?: boolean): Promise<void>;
  /** Connected, and bound where a name is given; all end with the installation. */
  client(name?: string, password?: string): Promise<Client>;
  /** Passwords are not checked any more, as when the settings process is away. */
  stopChecking(): Promise<void>;
}

export interface TestPerson {
  address: string;
  displayName?: string;
  isEnabled?: boolean;
  contact?: Contact;
  isHidden?: boolean;
  photo?: Buffer | null;
}

const people: readonly TestPerson[] = [
  { address: 'anna@demo.test', displayName: 'Анна Ёлкина' },
  { address: 'boris@demo.test', displayName: 'Boris Émile Grant' },
  { address: 'clara@demo.test', displayName: 'Clara Иванова' },
  { address: 'dora@demo.test', displayName: 'Dora Disabled', isEnabled: false },
  { address: 'eva@other.test', displayName: 'Eva Other' },
];

export interface InstallationOptions {
  settings?: SettingsParts;
  times?: Partial<SessionTimes>;
}

export async function startInstallation(options: InstallationOptions = {}): Promise<Installation> {
  await using stack = new AsyncDisposableStack();
  const port = await freePort();
  const { settings = {} } = options;
  const ground = stack.use(await openGround(firstSettings(port, settings)));
  const { db, bus, nats, masterKey } = ground;
  await createDomain(db, 'other.test');
  const passwordHash = await hashPassword(PASSWORD);
  for (const one of people) await createPerson(db, one, passwordHash);
  const name = { scope: 'all', domain: 'demo.test' } as const;
  await createName(db, name.scope, {
    ...{ kind: 'alias', address: 'office@demo.test', domain: name.domain },
    targets: ['anna@demo.test'],
  });
  const members = ['anna@demo.test', 'boris@demo.test', 'eva@other.test', 'stranger@remote.test'];
  await createName(db, name.scope, {
    ...{ kind: 'group', address: 'all@demo.test', domain: name.domain, name: 'All of us' },
    targets: members,
  });
  const as = {
    url: nats.url,
    user: 'settings',
    password: nats.password,
    name: 'settings',
    log: silentLogger(),
  };
  const settingsBus = stack.use(await connectBus(as));
  const scram = stack.use(await Scram.follow({ db, masterKey, log: silentLogger() }));
  const checking = answerAuthChecks({ db, bus: settingsBus, scram, log: silentLogger() });
  await settingsBus.connection.flush();
  const context = serviceContext('ldap');
  const running = stack.use(await start(processEnv.parse(ground.environment('ldap')), context));
  const { server, sessions } = running;
  Object.assign(server.times, { refusalMs: 0, ...options.times });
  const opened = stack.move();
  return {
    ...{ port, db, masterKey, bus, settingsBus, nats, server, sessions, health: context.health },
    set: (parts) => ground.set(parts),
    async addPeople(more, hint = true) {
      for (const one of more) await createPerson(db, one, passwordHash);
      if (hint) bus.emit(directoryChanged, { addresses: more.map(({ address }) => address) });
      const last = more.at(-1)?.address ?? '';
      await eventually(() => server.book.find(last) !== undefined);
    },
    async client(login, password = PASSWORD) {
      const client = new Client({ url: `ldap://${HOST}:${port}` });
      opened.defer(() => client.unbind().catch(() => {}));
      if (login !== undefined) await client.bind(login, password);
      return client;
    },
    stopChecking: () => checking.stop(),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function createPerson(
  db: Database,
  { photo = null, ...one }: TestPerson,
  passwordHash: string,
): Promise<void> {
  const domain = one.address.slice(one.address.indexOf('@') + 1);
  const made = await createAccount(db, 'all', { ...one, domain, passwordHash, folders: [] });
  if (!made.isCreated) throw new Error(`${one.address}: ${made.reason}`);
  if (photo !== null) await setPhoto(db, 'all', one.address, { jpeg: photo, width: 1, height: 1 });
}

function firstSettings(port: number, parts: SettingsParts): SettingsParts {
  return {
    ...parts,
    addressBook: { port, baseDn: BASE, ...parts.addressBook },
    general: { defaultDomain: 'demo.test', ...parts.general },
    limits: { failedLogins: 1000, ...parts.limits },
  };
}
