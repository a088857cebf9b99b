/** Sessions of the console. A token is known by its SHA-256 only. */
import type { Queryable } from '../db.ts';

export interface ConsoleSession {
  kind: 'administrator' | 'account';
  login: string;
  epoch: number;
  seenAt: Date;
  createdAt: Date;
  expiresAt: Date;
}

export interface NewConsoleSession {
  tokenHash: Buffer;
  kind: ConsoleSession['kind'];
  login: string;
  epoch: number;
  clientAddress: string;
  userAgent: string;
  expiresAt: Date;
}

/** Sessions of one person that are open at once; the oldest end. */
const MAX_SESSIONS = 50;

export async function createConsoleSession(db: Queryable, session: NewConsoleSession): Promise<void> {
  await db.query({
    name: 'console.session.create',
    text: `insert into console.session
        (token_hash, kind, login, epoch, client_address, user_agent, expires_at)
      values ($1, $2, $3, $4, $5, $6, $7)`,
    values: [
      session.tokenHash,
      session.kind,
      session.login,
      session.epoch,
      session.clientAddress,
      session.userAgent,
      session.expiresAt,
    ],
  });
  await db.query({
    name: 'console.session.bound',
    text: `delete from console.session where token_hash in (
        select token_hash from console.session where kind = $1 and login = $2
        order by seen_at desc offset $3)`,
    values: [session.kind, session.login, MAX_SESSIONS],
  });
}

/** Undefined when there is none, or when it is over. */
export async function findConsoleSession(
  db: Queryable,
  tokenHash: Buffer,
): Promise<ConsoleSession | undefined> {
  const rows = await db.query<ConsoleSession>({
    name: 'console.session.find',
    text: `select kind, login, epoch, seen_at as "seenAt", created_at as "createdAt", expires_at as "expiresAt"
      from console.session where token_hash = $1 and expires_at > now()`,
    values: [tokenHash],
  });
  return rows[0];
}

/** Notes that it was used, and moves its end. */
export async function touchConsoleSession(db: Queryable, tokenHash: Buffer, expiresAt: Date): Promise<void> {
  await db.query({
    name: 'console.session.touch',
    text: 'update console.session set seen_at = now(), expires_at = $2 where token_hash = $1',
    values: [tokenHash, expiresAt],
  });
}

/** Goes on after a change that ends the person's other sessions. Nothing happens where it has ended meanwhile. */
export async function renewConsoleSession(db: Queryable, tokenHash: Buffer, epoch: number): Promise<void> {
  await db.query({
    name: 'console.session.renew',
    text: 'update console.session set epoch = $2 where token_hash = $1',
    values: [tokenHash, epoch],
  });
}

export async function deleteConsoleSession(db: Queryable, tokenHash: Buffer): Promise<void> {
  await db.query({
    name: 'console.session.delete',
    text: 'delete from console.session where token_hash = $1',
    values: [tokenHash],
  });
}

/** Removes what is over. */
export async function deleteEndedConsoleSessions(db: Queryable): Promise<void> {
  await db.query({ text: 'delete from console.session where expires_at <= now()' });
}
