// Who asks: a session by its cookie, or an API token. What that person may do is asked of the settings process, at most
// once a second for each: a changed password, role or state ends a session within that.
import {
  type Asker,
  adminLogin,
  adminToken,
  askAdmin,
  type Bus,
  type PrincipalInfo,
  wholeServer,
} from '@pochtar/bus';
import {
  createConsoleSession,
  deleteConsoleSession,
  deleteEndedConsoleSessions,
  findConsoleSession,
  renewConsoleSession,
  touchConsoleSession,
} from '@pochtar/store/console';
import type { Database } from '@pochtar/store/db';
import { problemOf } from '../problem.ts';
import { hashOf, newToken } from './token.ts';

const IDLE_MS = 12 * 3_600_000;
const LONGEST_MS = 7 * 24 * 3_600_000;
/** Longer than a change of a password can take. */
const CHANGE_MS = 60_000;
/** How often a session that is in use is written down as such. */
const TOUCH_EVERY_MS = 60_000;
/** How long an answer about a person stands. */
const KNOWN_MS = 1000;
const MAX_KNOWN = 10_000;
const CLEAN_EVERY_MS = 3_600_000;

export interface Person {
  principal: PrincipalInfo;
  /** A program with a token of the API, not a person at a page. */
  isToken?: boolean;
  /** When the session ends if nothing is done; undefined for a token. */
  expiresAt?: Date;
}

export interface Client {
  address: string;
  userAgent: string;
}

export class Sessions implements Disposable {
  readonly #db: Database;
  readonly #bus: Bus;
  readonly #known = new Map<string, { until: number; person: Promise<Person | null> }>();
  readonly #cleaning: NodeJS.Timeout;

  constructor(db: Database, bus: Bus) {
    this.#db = db;
    this.#bus = bus;
    this.#cleaning = setInterval(() => {
      deleteEndedConsoleSessions(db).catch((error: unknown) =>
        bus.log.warn({ err: error }, 'ended sessions were not removed'),
      );
    }, CLEAN_EVERY_MS).unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#cleaning);
  }

  /** Logs in. Throws a `Problem`: a wrong log-in, too many of them, nobody who can tell. */
  async open(login: string, password: string, client: Client): Promise<{ token: string; person: Person }> {
    const asker = { ...wholeServer('console'), clientAddress: client.address };
    const request = { login, password, clientAddress: client.address };
    const reply = await askAdmin(this.#bus, adminLogin.check, asker, request);
    if (!reply.ok) throw problemOf(reply.error);
    const { principal } = reply.result;
    const token = newToken();
    const expiresAt = new Date(Date.now() + IDLE_MS);
    await createConsoleSession(this.#db, {
      tokenHash: hashOf(token),
      kind: principal.kind,
      login: principal.login,
      epoch: principal.epoch,
      clientAddress: client.address,
      userAgent: client.userAgent.slice(0, 300),
      expiresAt,
    });
    return { token, person: { principal, expiresAt } };
  }

  async close(token: string): Promise<void> {
    this.#known.delete(`cookie ${token}`);
    await deleteConsoleSession(this.#db, hashOf(token));
  }

  /**
   * Changes the own password: the session of this cookie goes on, the person's other ones end. Throws a `Problem`.
   * What the page asks meanwhile is still asked by the same person.
   */
  async changePassword(
    { principal }: Person,
    client: Client,
    cookie: string | undefined,
    passwords: { current: string; password: string },
  ): Promise<void> {
    const key = `cookie ${cookie}`;
    const known = this.#known.get(key);
    if (known !== undefined) this.#known.set(key, { ...known, until: Date.now() + CHANGE_MS });
    try {
      const asker = askerOf(principal, client.address);
      const reply = await askAdmin(this.#bus, adminLogin.ownPassword, asker, passwords);
      if (!reply.ok) throw problemOf(reply.error);
      if (cookie !== undefined)
        await renewConsoleSession(this.#db, hashOf(cookie), reply.result.principal.epoch);
    } finally {
      this.#known.delete(key);
    }
  }

  /** Whose session it is; null when there is none (any more). */
  byCookie(token: string): Promise<Person | null> {
    return this.#remembered(`cookie ${token}`, () => this.#readSession(hashOf(token)));
  }

  /** Whose API token it is; null when it is none, or dead. */
  byToken(token: string, client: Client): Promise<Person | null> {
    return this.#remembered(`token ${token}`, async () => {
      const asker = { ...wholeServer('console'), clientAddress: client.address };
      const request = { token, clientAddress: client.address };
      const reply = await askAdmin(this.#bus, adminToken.check, asker, request);
      if (reply.ok) return { principal: reply.result.principal, isToken: true };
      if (reply.error.code === 'wrongToken') return null;
      throw problemOf(reply.error);
    });
  }

  async #readSession(tokenHash: Buffer): Promise<Person | null> {
    const session = await findConsoleSession(this.#db, tokenHash);
    if (session === undefined) return null;
    const { kind, login } = session;
    const reply = await askAdmin(this.#bus, adminLogin.identity, wholeServer('console'), { kind, login });
    if (!reply.ok && reply.error.code !== 'notFound') throw problemOf(reply.error);
    if (!reply.ok || reply.result.principal.epoch !== session.epoch) {
      await deleteConsoleSession(this.#db, tokenHash);
      return null;
    }
    const { principal } = reply.result;
    const now = Date.now();
    if (now - session.seenAt.getTime() < TOUCH_EVERY_MS) return { principal, expiresAt: session.expiresAt };
    const expiresAt = new Date(Math.min(now + IDLE_MS, session.createdAt.getTime() + LONGEST_MS));
    await touchConsoleSession(this.#db, tokenHash, expiresAt);
    return { principal, expiresAt };
  }

  #remembered(key: string, read: () => Promise<Person | null>): Promise<Person | null> {
    const now = Date.now();
    const known = this.#known.get(key);
    if (known !== undefined && known.until > now) return known.person;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    const person = read();
    this.#known.set(key, { until: now + KNOWN_MS, person });
    // Nobody waits for a second answer of the same failure.
    person.catch(() => this.#known.delete(key));
    return person;
  }
}

/** As whom a person asks the bus. */
export function askerOf({ kind, login, role, scope, account }: PrincipalInfo, clientAddress: string): Asker {
  const author = kind === 'account' ? `user:${login}` : `console:${login}`;
  const own = kind === 'administrator' && { login };
  return { author, role, scope, clientAddress, ...own, ...(account !== null && { account }) };
}
