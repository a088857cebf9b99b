// Tries a route: the same way as a mail goes, up to a MAIL that is taken back. A stored password goes to the server it is
// stored for and to no other, with no less encryption.
import {
  performTest,
  type RunTest,
  TEST_MS,
  type TestEvent,
  testResult,
  type TestVerdict,
  withProgress,
} from '@pochtar/bus';
import { serverDomain, text } from '@pochtar/settings';
import type { DomainRoute } from '@pochtar/store/queue';
import { tryServer } from '../settings-tests/dialogue.ts';
import type { Tools } from '../tools.ts';
import type { ReadServer } from './read-route.ts';

const { bad } = testResult;

/** Whether the stored password of a route may go where another one leads: not elsewhere, and not with less encryption. */
export function isSameServer(stored: ReadServer, other: ReadServer): boolean {
  const isAsSafe =
    (stored.tls === 'opportunistic' || other.tls !== 'opportunistic') &&
    (other.isVerified || !stored.isVerified);
  return stored.host === other.host && isAsSafe;
}

export interface TriedRoute {
  server: ReadServer;
  /** As it was typed. */
  password: string | undefined;
  /** Whose password is used where none was typed. */
  stored: DomainRoute | null;
  progress: string | undefined;
}

export async function tryRoute(tools: Tools, tried: TriedRoute): Promise<TestVerdict> {
  const password = await passwordOf(tools, tried);
  if (typeof password === 'object' && password !== null) return password;
  const run: RunTest = async ({ say, signal }) => {
    const { server } = tried;
    const general = tools.settings.current('general');
    const { resolver, remotePort, remoteNetworks, addressOrder, log, metrics } = tools;
    return tryServer(
      {
        ...{ resolver, remotePort, remoteNetworks, addressOrder, log, metrics, signal },
        settings: { current: () => general },
        relayPassword: () => Promise.resolve(null),
        routePassword: () => Promise.resolve(password),
      },
      say,
      {
        target: { kind: 'route', route: { id: 0, ...server } },
        sender: `postmaster@${serverDomain(general)}`,
        hasLogIn: server.username !== '',
        remedies: REMEDIES,
        otherSender: undefined,
      },
    );
  };
  const request = { settings: {}, secret: null, useStoredSecret: false };
  if (tried.progress === undefined) {
    const nobody = { report: () => {}, signal: AbortSignal.timeout(TEST_MS) };
    return performTest(tools.log, run, request, nobody);
  }
  return withProgress<TestEvent, TestVerdict>(tools.bus, tried.progress, TEST_MS, (told) =>
    performTest(tools.log, run, request, told),
  );
}

async function passwordOf(
  { routePassword }: Tools,
  { server, password, stored }: TriedRoute,
): Promise<string | null | TestVerdict> {
  if (server.username === '' || password !== undefined) return password ?? null;
  if (stored === null || stored.username === '') return noPassword;
  return isSameServer(stored, server) ? routePassword(stored.id) : mustBeTyped;
}

const noPassword = bad('пароль не передан: введите его', 'no password was given: type it');
const mustBeTyped = bad(
  'сохранённый пароль задан для другого сервера или другого шифрования и туда не посылается',
  'the stored password is for another server or another encryption, and is not sent there',
  text('введите пароль для этого сервера', 'type the password for this server'),
);

const REMEDIES: Record<string, TestVerdict['remedy']> = {
  '4.7.0': text('введите пароль', 'give the password'),
  '4.7.8': text('проверьте логин и пароль', 'check the login and the password'),
  '4.4.4': text('исправьте имя сервера', 'correct the name of the server'),
  '4.4.3': text('проверьте имя сервера и DNS', 'check the name of the server, and the DNS'),
  '4.4.1': text(
    'проверьте сервер, порт и шифрование (на порту 465 оно с первого байта, на 587 — STARTTLS), а также межсетевой экран',
    'check the server, the port and the encryption (port 465 has it from the first octet, 587 by STARTTLS), and the firewall',
  ),
};
