// admin.overview.server: what of the server needs a hand. An administrator of domains hears of his domains alone.
import {
  adminOverview,
  type AdminReply,
  answerAdmin,
  type Asker,
  done,
  type Remark,
  type ServerOverview,
} from '@pochtar/bus';
import { catalogue, sectionNames } from '@pochtar/settings';
import { listDomains } from '@pochtar/store/directory';
import { readSections } from '@pochtar/store/settings';
import type { Context } from '../context.ts';
import { storedSettings } from '../stored-settings.ts';
import { certificateRemarks, domainRemarks, processRemarks, signingRemarks } from '../server-remarks.ts';
import { dnsblRemarks } from '../dnsbl-remarks.ts';
import { certificateInfos } from './certificates.ts';
import { dnsblZones } from './dnsbl.ts';
import { suspendedClients } from '@pochtar/store/lists';
import { listHooks } from '@pochtar/store/hook';
import { guardRemarks } from '../guard-remarks.ts';
import { hookRemarks } from '../hook-remarks.ts';

export function answerOverview(context: Context): { stop(): Promise<void> }[] {
  return [answerAdmin(context, adminOverview.server, (_, asker) => overview(context, asker))];
}

const ranks: Readonly<Record<Remark['tone'], number>> = { danger: 0, warn: 1, notice: 2 };

async function overview(context: Context, { scope }: Asker): Promise<AdminReply<ServerOverview>> {
  const domains = await listDomains(context.db, scope);
  const ofServer = scope === 'all' ? await serverRemarks(context) : [];
  const isSigning = (await dkimOf(context)).sign;
  const ofDomains = [...domainRemarks(domains), ...(isSigning ? signingRemarks(domains) : [])];
  const remarks = [...ofServer, ...ofDomains].toSorted((a, b) => ranks[a.tone] - ranks[b.tone]);
  const accounts = domains.reduce((sum, domain) => sum + domain.accounts, 0);
  return done({ domains: domains.length, accounts, remarks });
}

async function dkimOf({ db }: Context) {
  return storedSettings(new Map((await readSections(db, ['dkim'])).map((row) => [row.name, row]))).dkim;
}

async function serverRemarks(context: Context): Promise<Remark[]> {
  const rows = new Map((await readSections(context.db, sectionNames)).map((row) => [row.name, row]));
  const now = new Date();
  const facts = sectionNames.map((name) => {
    const { revision = 0, changedAt = now } = rows.get(name) ?? {};
    const processes = context.reports.of(name).map((report) => ({
      ...report,
      reportedAt: report.reportedAt.toISOString(),
      isApplied: report.revision === revision && report.error === null,
    }));
    return { name, revision, changedAt, appliedBy: [...catalogue[name].appliedBy], processes };
  });
  return [
    ...processRemarks(facts, context.reports.isComplete, now),
    ...certificateRemarks(await certificateInfos(context)),
    ...dnsblRemarks(await dnsblZones(context)),
    ...guardRemarks(await suspendedClients(context.db)),
    ...hookRemarks(await listHooks(context.db), now),
  ];
}
