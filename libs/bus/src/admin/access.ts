// Who asks, and who may: roles, scopes, and what of a change is kept in the audit log.
import { z } from 'zod';

/** Domain ids that the asker may see and change; what is outside does not exist for it. */
export const adminScope = z.union([z.literal('all'), z.array(z.int().positive()).max(10_000)]);
export type AdminScope = z.infer<typeof adminScope>;

/**
 * admin: everything · domainAdmin: what concerns its domains · auditor: looks at what an admin sees, changes nothing ·
 * user: its own mailbox
 */
export const roles = ['admin', 'domainAdmin', 'auditor', 'user'] as const;
export type Role = (typeof roles)[number];

export interface Asker {
  /** Written into histories and logs: `console:anna`, `ctl:root`. */
  author: string;
  role: Role;
  /** Of an admin and an auditor always `all`, of a user none. */
  scope: AdminScope;
  /** The login of the administrator that asks; a program that asks for itself has none. */
  login?: string | undefined;
  /** The address of the account that asks, when it is a user. */
  account?: string | undefined;
  /** The address of the client that the asker came from. */
  clientAddress?: string | undefined;
}

/** What the command line and the launcher ask as. */
export function wholeServer(author: string): Asker {
  return { author, role: 'admin', scope: 'all' };
}

/** Who may ask a question, and what of it is kept in the audit log. */
export interface Access<Request> {
  readonly roles: readonly Role[];
  /** Set where something is changed. */
  readonly audit?: Audited<Request>;
  /** Concerns nobody but the asker. */
  readonly isOwn?: boolean;
  /** A user may ask it of its own account, and of no other: the answerer holds it to that. */
  readonly isOwnOfUsers?: boolean;
}

export interface Audited<Request> {
  /** What is changed, as one line: `anna@example.org`, `relay, sending`; null: this request changes nothing. */
  readonly object: (request: Request, asker: Asker) => string | null;
  /** The fields of the request that are kept; never one that may hold a secret. */
  readonly keeps: readonly string[];
}

/** Concerns the whole server; may be looked at by auditors. */
export const looksAtAll = { roles: ['admin', 'auditor'] } as const;
/** Answers what is in the asker's scope. */
export const looksInScope = { roles: ['admin', 'auditor', 'domainAdmin'] } as const;

/** A program asks on nobody's behalf. */
export const asksAsServer = { roles: ['admin'] } as const;
/** Answers what is the asker's own: a user's mailbox. */
export const looksAtOwn = { roles: ['user'], isOwn: true } as const;

/** Changes what is the asker's own. */
export function changesOwn<Request>(object: Audited<Request>['object']): Access<Request> {
  return { roles, audit: { object, keeps: [] }, isOwn: true };
}

/** Changes something that concerns the whole server. */
export function changesAll<Request>(
  object: Audited<Request>['object'],
  keeps: readonly string[] = [],
): Access<Request> {
  return { roles: ['admin'], audit: { object, keeps } };
}

/** Changes something in the asker's scope. */
export function changesInScope<Request>(
  object: Audited<Request>['object'],
  keeps: readonly string[] = [],
): Access<Request> {
  return { roles: ['admin', 'domainAdmin'], audit: { object, keeps } };
}

/** An asker as it travels. */
export const asker = {
  author: z.string().min(1).max(200),
  role: z.enum(roles),
  scope: adminScope,
  login: z.string().max(400).optional(),
  account: z.string().max(320).optional(),
  clientAddress: z.string().max(64).optional(),
};
