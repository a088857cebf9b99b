// What a new installation gets once it runs: the first administrator, a demo domain with three mailboxes unless it is not
// wanted, and endpoints.json, which says where everything listens and how to log in. Asked for over the bus as the
// command line does it. What was made once is people's: no later start makes it again or sets its password.
import { join } from 'node:path';
import {
  type AdminReply,
  adminAccount,
  adminAdministrator,
  adminAlias,
  adminCertificate,
  adminDomain,
  adminSettings,
  askAdmin,
  type Bus,
  connectBus,
  wholeServer,
} from '@pochtar/bus';
import { readFacts, silentLogger, writeWhole } from '@pochtar/runtime';
import type { Surroundings } from './environment.ts';
import {
  demoDomain,
  demoPeople,
  type FirstLogins,
  type Login,
  readFirstLogins,
  writeFirstLogins,
} from './first-logins.ts';
import { type ListenPorts, listeners } from './listen-ports.ts';
import type { StatePaths } from './paths.ts';

export interface Endpoints extends Record<(typeof listeners)[number], string> {
  accounts: { address: string; password: string }[];
  /** An empty password: nobody knows it here. */
  admin: Login;
  baseDn: string;
  /** PEM of the authority that signed the server's certificate. */
  caFile: string;
}

const asker = wholeServer('launcher');

/** Reads endpoints.json; undefined when it is absent or broken off. */
export function readEndpoints(paths: StatePaths): Endpoints | undefined {
  return readFacts(paths.endpoints, (value) => {
    const { admin, accounts, caFile } = value as Partial<Endpoints>;
    const isWhole = admin && Array.isArray(accounts) && typeof caFile === 'string' && 'smtp' in value;
    return isWhole ? (value as unknown as Endpoints) : undefined;
  });
}

/** Sets a new installation up, or brings the addresses in endpoints.json to the current settings. */
export async function setUp(
  surroundings: Surroundings,
  reserved: ListenPorts,
): Promise<{ endpoints: Endpoints; ports: ListenPorts }> {
  const { paths, ports, secrets } = surroundings;
  await using bus = await connectBus({
    url: `nats://127.0.0.1:${ports.nats}`,
    user: 'ctl',
    password: secrets.natsPassword('ctl'),
    name: 'launcher',
    log: silentLogger(),
  });
  const { accounts, admin } = await firstLogins(bus, paths);
  const { pem } = await ask(askAdmin(bus, adminCertificate.ca, asker, {}));
  const caFile = join(paths.var, 'ca.pem');
  writeWhole(caFile, pem, 0o644);
  const { ports: current, baseDn } = await currentSettings(bus, reserved);
  const addresses = Object.fromEntries(listeners.map((name) => [name, `127.0.0.1:${current[name]}`]));
  const endpoints = { ...addresses, accounts, admin, baseDn, caFile } as Endpoints;
  // Passwords are in it: for its owner only.
  writeWhole(paths.endpoints, `${JSON.stringify(endpoints, null, 2)}\n`);
  return { endpoints, ports: current };
}

/** Those of endpoints.json where it is whole; made at a first start, or at the next one when that was cut off. */
async function firstLogins(bus: Bus, paths: StatePaths): Promise<Pick<FirstLogins, 'accounts' | 'admin'>> {
  const logins = readFirstLogins(paths);
  if (logins && !logins.made) {
    await makeAdministrator(bus, logins.admin);
    if (logins.accounts.length > 0) await makeDemoDomain(bus, logins.accounts);
    writeFirstLogins(paths, { ...logins, made: true });
    return logins;
  }
  const known = readEndpoints(paths) ?? logins;
  if (!known) return { admin: { login: 'admin', password: '' }, accounts: [] };
  const { admin, accounts } = known;
  if (!logins) writeFirstLogins(paths, { admin, accounts, made: true });
  return { admin, accounts };
}

async function makeAdministrator(bus: Bus, { login, password }: Login): Promise<void> {
  const made = await askAdmin(bus, adminAdministrator.create, asker, { login, password });
  if (!isThere(made)) await ask(made);
  else await ask(askAdmin(bus, adminAdministrator.setPassword, asker, { login, password }));
}

async function makeDemoDomain(bus: Bus, accounts: FirstLogins['accounts']): Promise<void> {
  const [first] = accounts;
  // RFC 5321 §4.5.1: somebody reads what is written to postmaster; and what is written to abuse.
  const domain = { name: demoDomain, ...(first && { postmaster: first.address }) };
  await askUnlessThere(askAdmin(bus, adminDomain.create, asker, domain));
  for (const { address, password } of accounts) {
    const displayName = demoPeople.find((one) => one.address === address)?.displayName ?? '';
    const created = await askAdmin(bus, adminAccount.create, asker, { address, displayName, password });
    if (!isThere(created)) await ask(created);
    else await ask(askAdmin(bus, adminAccount.setPassword, asker, { address, password }));
  }
  const abuse = { address: `abuse@${demoDomain}`, targets: [`postmaster@${demoDomain}`] };
  await askUnlessThere(askAdmin(bus, adminAlias.create, asker, abuse));
}

function isThere(reply: AdminReply<unknown>): boolean {
  return !reply.ok && reply.error.code === 'exists';
}

async function askUnlessThere(asked: Promise<AdminReply<unknown>>): Promise<void> {
  const reply = await asked;
  if (!isThere(reply)) await ask(reply);
}

// Ports are settings after the first start: an administrator may have moved them.
async function currentSettings(
  bus: Bus,
  reserved: ListenPorts,
): Promise<{ ports: ListenPorts; baseDn: string }> {
  const { sections } = await ask(askAdmin(bus, adminSettings.get, asker, {}));
  const field = (section: string, name: string): unknown =>
    sections.find((one) => one.name === section)?.document[name];
  const portOf = (section: string, name: string, otherwise: number): number => {
    const value = field(section, name);
    return typeof value === 'number' ? value : otherwise;
  };
  const baseDn = field('addressBook', 'baseDn');
  return {
    baseDn: typeof baseDn === 'string' ? baseDn : '',
    ports: {
      ...reserved,
      smtp: portOf('network', 'smtpPort', reserved.smtp),
      submission: portOf('network', 'submissionPort', reserved.submission),
      imap: portOf('network', 'imapPort', reserved.imap),
      pop3: portOf('network', 'pop3Port', reserved.pop3),
      smtps: portOf('smtpEncryption', 'smtpsPort', reserved.smtps),
      imaps: portOf('accessEncryption', 'imapsPort', reserved.imaps),
      pop3s: portOf('accessEncryption', 'pop3sPort', reserved.pop3s),
      ldap: portOf('addressBook', 'port', reserved.ldap),
    },
  };
}

async function ask<Result>(reply: AdminReply<Result> | Promise<AdminReply<Result>>): Promise<Result> {
  const answered = await reply;
  if (answered.ok) return answered.result;
  throw new Error(`${answered.error.field} ${answered.error.message.en}`.trim());
}
