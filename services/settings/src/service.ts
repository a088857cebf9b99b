// Owns the settings, the certificates and the directory: validates, keeps revisions and history, announces.
import { settingsApplied } from '@pochtar/bus';
import type { Service, ServiceContext } from '@pochtar/runtime';
import { answerAuthChecks, openConnections, Scram } from '@pochtar/service';
import { beginAudit } from '@pochtar/store/audit';
import { isStanding } from '@pochtar/store/directory';
import { readMasterKey, readRevisions } from '@pochtar/store/settings';
import { announcer } from './announce.ts';
import { answerBans } from './answers/bans.ts';
import { answerContactImport } from './answers/contact-import.ts';
import { answerContacts } from './answers/contacts.ts';
import { answerCertificates } from './answers/certificates.ts';
import { answerAccounts } from './answers/accounts.ts';
import { answerAdministrators } from './answers/administrators.ts';
import { answerDkim } from './answers/dkim.ts';
import { answerDnsbl } from './answers/dnsbl.ts';
import { answerGuard } from './answers/guard.ts';
import { answerDlp } from './answers/dlp.ts';
import { answerDomainDns } from './answers/domain-dns.ts';
import { answerDomains } from './answers/domains.ts';
import { answerGreylist } from './answers/greylist.ts';
import { answerHooks } from './answers/hooks.ts';
import { answerLists } from './answers/lists.ts';
import { answerLogins } from './answers/login.ts';
import { answerNamedNetworks } from './answers/named-networks.ts';
import { answerOverview } from './answers/overview.ts';
import { answerPhotos } from './answers/photos.ts';
import { answerRules } from './answers/rules.ts';
import { answerNames } from './answers/names.ts';
import { answerSteps } from './answers/steps.ts';
import { answerTests } from './answers/tests.ts';
import { answerTriedBook } from './answers/tried-book.ts';
import { answerTriedMails } from './answers/tried-mails.ts';
import { answerAudit, answerTokens } from './answers/tokens.ts';
import { answerSettings } from './answers/settings.ts';
import { answerSettingsFile } from './answers/settings-file.ts';
import { answerSettingsHistory } from './answers/settings-history.ts';
import { AppliedReports } from './applied-reports.ts';
import { ensureCertificates } from './certificates.ts';
import { type Config, readConfig } from './config.ts';
import type { Context } from './context.ts';
import { followAwaitedKeys } from './dkim/awaited-keys.ts';
import type { LookUpOptions } from './dns/lookup.ts';
import { firstStart } from './first-start.ts';
import { removeOldAuditEntries } from './old-audit-entries.ts';
import { removeOrphanedMail } from './orphaned-mail.ts';
import { gatherTokenUses } from './token-uses.ts';

export const service: Service<Config> = { name: 'settings', config: readConfig, start };

const CERTIFICATE_CHECK_MS = 3_600_000;

export async function start(config: Config, serviceContext: ServiceContext): Promise<AsyncDisposable> {
  const { log, health } = serviceContext;
  await using opened = new AsyncDisposableStack();
  const key = await readMasterKey(config.POCHTAR_MASTER_KEY_FILE);
  const { db, bus } = await openConnections(config, serviceContext, opened);
  const context: Context = {
    db,
    bus,
    audit: { begin: (entry) => beginAudit(db, entry) },
    isStanding: (asker) => isStanding(db, asker),
    key,
    log,
    announce: announcer(bus, log),
    reports: new AppliedReports(),
    orphans: opened.use(removeOrphanedMail({ db, log })),
    hostName: config.POCHTAR_HOSTNAME,
  };
  await firstStart(db, context.hostName);
  await ensureCertificates(context);
  const scram = opened.use(await Scram.follow({ db, masterKey: key, log }));
  answerAll({ ...context, scram }, config, opened);
  // Ready means that a question asked now is answered: the server knows the subscriptions.
  await bus.connection.flush();
  if (await context.announce.settings(await readRevisions(db))) context.reports.allWereAsked();
  context.orphans.wake();
  opened.use(removeOldAuditEntries({ db, log }));
  opened.use(followAwaitedKeys(context, dnsOf(config)));
  const renewal = setInterval(() => {
    ensureCertificates(context).then(
      () => health.report('certificates', null),
      (error: unknown) => {
        log.error({ err: error }, 'certificates could not be checked');
        health.report('certificates', 'could not be checked');
      },
    );
  }, CERTIFICATE_CHECK_MS);
  opened.defer(() => clearInterval(renewal));
  return opened.move();
}

function dnsOf(config: Config): LookUpOptions {
  return { servers: config.POCHTAR_DNS_SERVERS?.split(','), port: config.POCHTAR_DNS_PORT };
}

function answerAll(context: Context & { scram: Scram }, config: Config, opened: AsyncDisposableStack): void {
  const hearing = context.bus.subscribe(settingsApplied, (applied) => context.reports.take(applied));
  opened.defer(() => hearing.stop());
  const answers = [
    ...answerLogins(context),
    answerAuthChecks(context),
    ...answerSettings(context),
    ...answerSettingsHistory(context),
    ...answerSettingsFile(context),
    ...answerCertificates(context),
    ...answerLists(context),
    ...answerNamedNetworks(context),
    ...answerBans(context),
    ...answerDnsbl(context),
    ...answerGuard(context),
    ...answerHooks(context),
    ...answerGreylist(context),
    ...answerDomains(context),
    ...answerDomainDns(context, dnsOf(config)),
    ...answerDkim(context, dnsOf(config)),
    ...answerDlp(context),
    ...answerAccounts(context),
    ...answerPhotos(context),
    ...answerRules(context),
    ...answerContacts(context),
    ...answerContactImport(context),
    ...answerNames(context),
    ...answerAdministrators(context),
    ...answerTokens(context, opened.use(gatherTokenUses(context))),
    ...answerAudit(context),
    ...answerOverview(context),
    ...answerSteps(context),
    ...answerTests(context),
    ...answerTriedBook(context),
    ...answerTriedMails(context),
  ];
  opened.defer(async () => void (await Promise.all(answers.map((answer) => answer.stop()))));
}
