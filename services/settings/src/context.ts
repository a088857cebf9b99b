// What the answers of this service work with.
import type { AdminReply, AnswerTools } from '@pochtar/bus';
import type { Logger } from '@pochtar/runtime';
import type { Database } from '@pochtar/store/db';
import type { MasterKey } from '@pochtar/store/settings';
import type { Announcer } from './announce.ts';
import type { AppliedReports } from './applied-reports.ts';
import type { OrphanedMail } from './orphaned-mail.ts';

export interface Context extends AnswerTools {
  readonly db: Database;
  readonly key: MasterKey;
  readonly log: Logger;
  readonly announce: Announcer;
  readonly reports: AppliedReports;
  readonly orphans: OrphanedMail;
  /** POCHTAR_HOSTNAME: stands in every certificate made here. */
  readonly hostName: string;
}

export type Refusal = Extract<AdminReply<never>, { ok: false }>;
