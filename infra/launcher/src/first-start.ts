// What a new installation gets once it runs: the first administrator, a demo domain with three mailboxes, and
// endpoints.json, which says where everything listens and how to log in. Asked for over the bus as the command
// line does it. Repeating it is harmless: what exists keeps its name and gets the password that is printed.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AdminReply,
  adminAccount,
  adminAdministrator,
  adminCertificate,
  adminDomain,
  adminSettings,
  askAdmin,
  type Bus,
  connectBus,
} from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import type { Surroundings } from './environment.ts';
import { type ListenPorts, listeners } from './listen-ports.ts';
import type { StatePaths } from './paths.ts';

interface Login {
  login: string;
  password: string;
}

export interface Endpoints extends Record<(typeof listeners)[number], string> {
  accounts: { address: string; password: string }[];
  admin: Login;
  baseDn: string;
  /** PEM of the authority that signed the server's certificate. */
  caFile: string;
}

const domain = 'demo.test';
const people = [
  { localPart: 'anna', displayName: 'Анна Смирнова' },
  { localPart: 'boris', displayName: 'Борис Петров' },
  { localPart: 'vera', displayName: 'Вера Иванова' },
];
const asker = { author: 'launcher', scope: 'all' as const };

/** Reads endpoints.json, if there is one. */
export function readEndpoints(paths: StatePaths): Endpoints | undefined {
  if (!existsSync(paths.endpoints)) return undefined;
  return JSON.parse(readFileSync(paths.endpoints, 'utf8')) as Endpoints;
}

/** Sets a new installation up, or brings the addresses in endpoints.json to the current settings. */
export async function setUp(surroundings: Surroundings, reserved: ListenPorts): Promise<Endpoints> {
  const { paths, ports, secrets } = surroundings;
  await using bus = await connectBus({
    url: `nats://127.0.0.1:${ports.nats}`,
    user: 'ctl',
    password: secrets.natsPassword('ctl'),
    name: 'launcher',
    log: silentLogger(),
  });
  const known = readEndpoints(paths);
  const accounts = known?.accounts ?? (await makeDemoDomain(bus));
  const admin = known?.admin ?? (await makeAdministrator(bus));
  const { pem } = await ask(askAdmin(bus, adminCertificate.ca, asker, {}));
  const caFile = join(paths.var, 'ca.pem');
  writeFileSync(caFile, pem);
  const { ports: current, baseDn } = await currentSettings(bus, reserved);
  const addresses = Object.fromEntries(listeners.map((name) => [name, `127.0.0.1:${current[name]}`]));
  const endpoints = { ...addresses, accounts, admin, baseDn, caFile } as Endpoints;
  // Passwords are in it: made readable for its owner only, and renamed into place whole.
  writeFileSync(`${paths.endpoints}.new`, `${JSON.stringify(endpoints, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${paths.endpoints}.new`, paths.endpoints);
  return endpoints;
}

async function makeAdministrator(bus: Bus): Promise<Login> {
  const login = 'admin';
  const password = newPassword();
  const made = await askAdmin(bus, adminAdministrator.create, asker, { login, password });
  if (!made.ok && made.error.code === 'exists') {
    await ask(askAdmin(bus, adminAdministrator.setPassword, asker, { login, password }));
  } else {
    await ask(made);
  }
  return { login, password };
}

async function makeDemoDomain(bus: Bus): Promise<Endpoints['accounts']> {
  const made = await askAdmin(bus, adminDomain.create, asker, { name: domain });
  if (!made.ok && made.error.code !== 'exists') await ask(made);
  const accounts: Endpoints['accounts'] = [];
  for (const { localPart, displayName } of people) {
    const address = `${localPart}@${domain}`;
    const password = newPassword();
    const created = await askAdmin(bus, adminAccount.create, asker, { address, displayName, password });
    if (!created.ok && created.error.code === 'exists') {
      await ask(askAdmin(bus, adminAccount.setPassword, asker, { address, password }));
    } else {
      await ask(created);
    }
    accounts.push({ address, password });
  }
  return accounts;
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

/** Letters and digits only: a dash in front would be taken for an option by the programs it is pasted into. */
function newPassword(): string {
  return randomBytes(18)
    .toString('base64')
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, 16);
}
