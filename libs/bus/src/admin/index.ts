// All questions of administration. `allAdminQuestions` serves the generated reference and the tests.
export type { SettingsFieldChange } from './field-change.ts';
export type { AdminError, AdminProblem, CurrentSection } from './problem.ts';
export {
  type AdminQuestion,
  type AdminReply,
  type AdminRequest,
  askAdmin,
  done,
  refused,
} from './question.ts';
export { type AdminScope, type Asker, type Role, roles, wholeServer } from './access.ts';
export { noMailAddress } from './address-words.ts';
export { contact } from './contact.ts';
export { type ExportWish, exportedPeople } from './contact-export.ts';
export {
  adminContactImport,
  askContactImport,
  type ImportedEntry,
  type ImportLine,
  type ImportOutcome,
  type ImportReport,
  type ImportWish,
} from './contact-import.ts';
export { adminContact, type ExternalContactInfo } from './contacts.ts';
export { answerAdmin, type AnswerTools, type AuditEntry, type AuditLog } from './answer.ts';
export { askWhole, fitting, pageAfter, pageOf } from './pages.ts';
export * from './directory.ts';
export { adminBans, type BanInfo } from './bans.ts';
export { adminDkim, type DkimKeyInfo } from './dkim.ts';
export { adminDnsbl, type DnsblRefusalInfo, type DnsblZoneInfo } from './dnsbl.ts';
export * from './dlp.ts';
export { adminDomainDns, type DomainDns, type DomainDnsRecord } from './domain-dns.ts';
export { adminGreylist, type GreylistDay } from './greylist.ts';
export { adminGuard, type GuardedClientInfo } from './guard.ts';
export {
  adminHooks,
  type HookAnswer,
  type HookEventInfo,
  type HookInfo,
  hookKind,
} from './hooks.ts';
export { adminLogin, adminOwn, type PrincipalInfo } from './login.ts';
export { adminAudit, adminToken, type AuditEntryInfo, type TokenInfo } from './tokens.ts';
export {
  adminLists,
  type ListEntryInfo,
  type ListLine,
  type ListName,
  MAX_LIST_LINES,
  MAX_PASTED_LINES,
  type NamedNetworkInfo,
} from './lists.ts';
export * from './queue.ts';
export { adminRules, type RulesFault, type RulesInfo } from './rules.ts';
export {
  adminQuarantine,
  QUARANTINE_PIECE,
  type QuarantinedMail,
  type QuarantinedParts,
} from './quarantine.ts';
export {
  adminRoutes,
  askRouteTest,
  type RouteInfo,
  type RouteRequest,
  type RouteTestRequest,
} from './routes.ts';
export { adminOverview, type MailOverview, type Remark, type ServerOverview } from './overview.ts';
export * from './settings.ts';
export { adminTask, type TaskInfo } from './tasks.ts';
export { adminSteps, type FirstStep, firstSteps, type PutOffStepInfo } from './steps.ts';
export * from './certificates.ts';
export { adminTest, askSettingsTest, type AskedSettingsTest, type SettingsTestRequest } from './test.ts';
export { adminTryBook, tryBookFields } from './try-book.ts';
export {
  MAX_DRAFT_YAML,
  adminTryMail,
  type AskedTryMail,
  askTryMail,
  type TriedCode,
  type TriedMail,
  type TriedOutcomeCode,
  type TriedVerdict,
  tooLargeToTry,
  type TryMailRequest,
  tryMailRequest,
} from './try-mail.ts';
import { adminBans } from './bans.ts';
import { adminCertificate } from './certificates.ts';
import { adminContactImport } from './contact-import.ts';
import { adminContact } from './contacts.ts';
import { adminAccount, adminAdministrator, adminAlias, adminDomain, adminGroup } from './directory.ts';
import { adminDkim } from './dkim.ts';
import { adminDnsbl } from './dnsbl.ts';
import { adminDlp } from './dlp.ts';
import { adminDomainDns } from './domain-dns.ts';
import { adminGreylist } from './greylist.ts';
import { adminGuard } from './guard.ts';
import { adminHooks } from './hooks.ts';
import { adminLogin, adminOwn } from './login.ts';
import { adminLists } from './lists.ts';
import { adminOverview } from './overview.ts';
import type { AdminQuestion } from './question.ts';
import { adminQuarantine } from './quarantine.ts';
import { adminQueue, adminTrace } from './queue.ts';
import { adminRoutes } from './routes.ts';
import { adminRules } from './rules.ts';
import { adminSettings } from './settings.ts';
import { adminSteps } from './steps.ts';
import { adminTask } from './tasks.ts';
import { adminTest } from './test.ts';
import { adminAudit, adminToken } from './tokens.ts';
import { adminTryBook } from './try-book.ts';
import { adminTryMail } from './try-mail.ts';

export const allAdminQuestions = [
  adminLogin,
  adminOwn,
  adminSettings,
  adminTest,
  adminTryMail,
  adminTryBook,
  adminCertificate,
  adminLists,
  adminBans,
  adminDnsbl,
  adminGreylist,
  adminGuard,
  adminHooks,
  adminDomain,
  adminDomainDns,
  adminDkim,
  adminDlp,
  adminAccount,
  adminAlias,
  adminGroup,
  adminRules,
  adminContact,
  adminContactImport,
  adminAdministrator,
  adminToken,
  adminAudit,
  adminQueue,
  adminRoutes,
  adminQuarantine,
  adminTrace,
  adminTask,
  adminOverview,
  adminSteps,
].flatMap((questions) => Object.values(questions) as unknown as AdminQuestion<never, unknown>[]);
