// What the answers of this service work with.
import type { AdminReply, Asker, Bus } from '@pochtar/bus';
import { refused } from '@pochtar/bus';
import type { Logger } from '@pochtar/runtime';
import type { Database } from '@pochtar/store/db';
import type { MasterKey } from '@pochtar/store/settings';
import type { Announcer } from './announce.ts';
import type { AppliedReports } from './applied-reports.ts';
import type { OrphanedMail } from './orphaned-mail.ts';

export interface Context {
  readonly db: Database;
  readonly bus: Bus;
  readonly key: MasterKey;
  readonly log: Logger;
  readonly announce: Announcer;
  readonly reports: AppliedReports;
  readonly orphans: OrphanedMail;
  /** POCHTAR_HOSTNAME: stands in every certificate made here. */
  readonly hostName: string;
}

export type Refusal = Extract<AdminReply<never>, { ok: false }>;

/** What concerns the whole server is for administrators of all domains. */
export function needsWholeScope(asker: Asker): Refusal | null {
  if (asker.scope === 'all') return null;
  return refused(
    'forbidden',
    '',
    'это может только администратор всех доменов: войдите под ним',
    'only an administrator of all domains may do this: log in as one',
  );
}
