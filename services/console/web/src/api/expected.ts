// Routes that the contract does not have yet.
import type { Role } from '@pochtar/bus';

export interface Administrator {
  login: string;
  role: Exclude<Role, 'user'>;
  /** null: all */
  domains: string[] | null;
  createdAt: string;
  lastLoginAt: string | null;
}

export interface Token {
  id: string;
  name: string;
  role: Exclude<Role, 'user'>;
  domains: string[] | null;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
}

export interface AuditEntry {
  id: string;
  at: string;
  author: string;
  clientAddress: string | null;
  action: string;
  object: string;
  detail: Record<string, unknown>;
  outcome: string;
}

export interface Own {
  address: string;
  displayName: string;
  quotaBytes: number | null;
  usedBytes: number;
  aliases: string[];
}

interface Route<Sends, Answers> {
  sends: Sends;
  answers: Answers;
}
// biome-ignore lint/complexity/noBannedTypes: nothing is sent
type Nothing = {};

export interface Expected {
  'GET /admins': Route<Nothing, { administrators: Administrator[] }>;
  'POST /admins': Route<
    { body: { login: string; password: string; role: string; domains: string[] | null } },
    { administrator: Administrator }
  >;
  'PATCH /admins/:login': Route<
    { params: { login: string }; body: { role?: string; domains?: string[] | null } },
    { administrator: Administrator }
  >;
  'PUT /admins/:login/password': Route<{ params: { login: string }; body: { password: string } }, Nothing>;
  'DELETE /admins/:login': Route<{ params: { login: string } }, Nothing>;
  'GET /tokens': Route<Nothing, { tokens: Token[] }>;
  'POST /tokens': Route<
    { body: { name: string; role: string; domains: string[] | null; expiresAt: string | null } },
    { token: Token; secret: string }
  >;
  'DELETE /tokens/:id': Route<{ params: { id: string } }, Nothing>;
  'GET /audit': Route<
    { query: { author?: string; object?: string; after?: string; limit: number } },
    { entries: AuditEntry[]; next: string | null }
  >;
  'GET /settings/export': Route<Nothing, { yaml: string }>;
  'GET /me': Route<Nothing, Own>;
  'PUT /me/password': Route<{ body: { current: string; password: string } }, Nothing>;
}
