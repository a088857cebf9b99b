// For each field the test that proves its effect: where it stands, and its title as it is written there. A field that
// nothing acts on yet has none. docs/settings-coverage.md is made from this map.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FieldPath } from '../src/layout/row.ts';

/** File and title; of a transcript, a line of it. */
export type Proof = readonly [file: string, title: string];

const smtp = 'services/smtp/tests';
const imap = 'services/imap/tests';
const pop3 = 'services/pop3/tests';
const ldap = 'services/ldap/tests';
const delivery = 'services/delivery/tests';
const antivirus = 'services/filter/tests/antivirus.test.ts';
const authentication = 'services/filter/tests/authentication.test.ts';
const prevention = 'services/filter/tests/dlp.test.ts';
const dnsbl = 'services/filter/src/filters/dnsbl.test.ts';
const greylist = 'libs/store/src/lists/greylist.test.ts';

const smtpSwitches: Proof = [
  `${smtp}/live-settings.test.ts`,
  'submission and SMTPS can be switched off and on',
];
const reschedules: Proof = [
  `${delivery}/schedule.test.ts`,
  're-plan what waits: shorter waits and another interval count for mails deferred before',
];
const relayLogin: Proof = [
  `${delivery}/relay.test.ts`,
  'mail for every domain goes to the relay over SMTPS with its password',
];
const senderReplaced: Proof = [
  `${delivery}/relay.test.ts`,
  'the sender is replaced in envelope and header, the former author becomes Reply-To',
];
const listsOfTheMoment: Proof = [
  `${smtp}/live-settings.test.ts`,
  'has its sender looked up in the lists of the moment',
];
const overLimit: Proof = [
  `${smtp}/sending-limit.test.ts`,
  'an address over its limit is put off with 450 4.7.1, whichever process it meets',
];
const everyScanner: Proof = [
  antivirus,
  'every scanner that is on must pass: the second one over ICAP finds it, then does not answer',
];
const clamav: Proof = [
  antivirus,
  'no scan, no pass: mail that was to be scanned waits while no scanner is on, and is scanned by the next one',
];
const drweb: Proof = [antivirus, 'antivirus.drwebAddress: Dr.Web is asked by the protocol of clamd, too'];
const bans: Proof = [`${smtp}/limits.test.ts`, 'bans the address for a while, and the web mail never'];
const countedInAll: Proof = [
  `${smtp}/limits.test.ts`,
  'the bundled web mail, whose users share an address, is counted in all only',
];

export const proofs: { readonly [P in FieldPath]?: Proof } = {
  'network.smtpPort': [
    `${smtp}/live-settings.test.ts`,
    'a moved port opens, the old one closes, and the session that is open goes on',
  ],
  'network.pop3Port': [
    `${pop3}/live-settings.test.ts`,
    'network.pop3Port: the new port opens, the old one closes, open sessions go on; the report says so',
  ],
  'network.imapPort': [
    `${imap}/live.test.ts`,
    'a moved port opens, the old one closes, and the session that is open goes on',
  ],
  'network.submissionEnabled': smtpSwitches,
  'network.submissionPort': [
    `${smtp}/live-settings.test.ts`,
    'two ports that change places keep what they are for',
  ],
  'network.smtpInterfaces': [
    `${smtp}/live-settings.test.ts`,
    'an interface this machine lacks is not applied, and named',
  ],
  'network.accessInterfaces': [
    `${imap}/live.test.ts`,
    'IMAPS can be switched off and on, and is closed without encryption; an interface this machine lacks is not applied',
  ],
  'network.trustedProxies': [
    `${smtp}/log-ins.test.ts`,
    'an account that is guessed at from many addresses is closed to them, and open where it was at home',
  ],
  'network.webmailAddresses': countedInAll,
  'smtpEncryption.mode': [
    `${smtp}/live-settings.test.ts`,
    'without encryption the TLS-first port is closed, whatever its switch says, and opens again with it',
  ],
  'smtpEncryption.certificateId': [
    `${smtp}/live-settings.test.ts`,
    'one that does not match its key is not applied, and the one in use stays',
  ],
  'smtpEncryption.implicitTlsEnabled': smtpSwitches,
  'smtpEncryption.smtpsPort': smtpSwitches,
  'smtpEncryption.minTlsVersion': [
    `${smtp}/live-settings.test.ts`,
    'minTlsVersion: older versions are refused from the next handshake on',
  ],
  'smtpEncryption.dhBits': [
    `${smtp}/live-settings.test.ts`,
    'dhBits: the group of the key exchange has the length of the setting',
  ],
  'accessEncryption.mode': [
    `${imap}/login.test.ts`,
    'required: LOGINDISABLED and PRIVACYREQUIRED in clear, log-in inside TLS',
  ],
  'accessEncryption.certificateId': [
    `${imap}/live.test.ts`,
    'a certificate that does not exist is not applied; the old one is shown',
  ],
  'accessEncryption.implicitTlsEnabled': [
    `${pop3}/live-settings.test.ts`,
    'accessEncryption.implicitTlsEnabled off: the POP3S port closes',
  ],
  'accessEncryption.pop3sPort': [
    `${pop3}/live-settings.test.ts`,
    'accessEncryption.implicitTlsEnabled off: the POP3S port closes',
  ],
  'accessEncryption.imapsPort': [`${imap}/login.test.ts`, 'RFC 8314: implicit TLS'],
  'accessEncryption.minTlsVersion': [
    `${imap}/live.test.ts`,
    'the minimum TLS version counts from the next handshake on',
  ],
  'accessEncryption.dhBits': [
    `${imap}/live.test.ts`,
    'accessEncryption.dhBits: the group of the key exchange has the length of the setting',
  ],
  'addressBook.enabled': [
    `${ldap}/live-settings.test.ts`,
    'addressBook.enabled off: the port closes and sessions end; on: it opens',
  ],
  'addressBook.port': [
    `${ldap}/live-settings.test.ts`,
    'addressBook.port: the new port opens, the old one closes, open sessions go on; the report says so',
  ],
  'addressBook.baseDn': [
    `${ldap}/live-settings.test.ts`,
    'addressBook.baseDn: every base answers from the next search on, and what is none any more does not',
  ],
  'addressBook.skipGroups': [
    `${ldap}/live-settings.test.ts`,
    'addressBook.skipGroups: groups are in no answer, whatever is asked',
  ],
  'addressBook.publishToWebmail': [
    'infra/acceptance/src/console-webmail.ts',
    'addressBook.publishToWebmail off: Roundcube has no such book and completes nothing from it; on: it does again',
  ],
  'addressBook.visibility': [
    `${ldap}/live-settings.test.ts`,
    'addressBook.visibility: own domain or all, in searches, members and by name',
  ],
  'addressBook.access': [
    `${ldap}/live-settings.test.ts`,
    'addressBook.access: without a login nothing but the root, until local networks or anyone may search',
  ],
  'sending.maxMessageSizeMb': [
    'infra/acceptance/src/live-settings.test.ts',
    'changes the size limit that SMTP announces and keeps, in a session that is open',
  ],
  'sending.rateLimitEnabled': overLimit,
  'sending.rateLimitPerMinute': overLimit,
  'sending.rateLimitSkipWhitelist': [
    `${smtp}/sending-limit.test.ts`,
    'the white list is skipped or not as the setting says; the web mail always is',
  ],
  'queue.runIntervalMinutes': reschedules,
  'queue.waitMinMinutes': reschedules,
  'queue.waitMaxMinutes': reschedules,
  'queue.firstRetryMinutes': [
    `${delivery}/far-sides.test.ts`,
    'queue.firstRetryMinutes: what a far side put off at the first attempt is tried earlier; a second one waits as ever',
  ],
  'queue.connectionsPerDestination': [
    `${delivery}/far-sides.test.ts`,
    'queue.connectionsPerDestination, queue.mailsPerConnection: counted over all processes',
  ],
  'queue.mailsPerConnection': [
    `${delivery}/far-sides.test.ts`,
    'queue.connectionsPerDestination, queue.mailsPerConnection: counted over all processes',
  ],
  'queue.maxLifetimeMinutes': [`${delivery}/schedule.test.ts`, 'a shorter lifetime gives up what is older'],
  'relay.host': [
    `${delivery}/relay.test.ts`,
    'what waits follows the settings: to the relay when there is one, and back to its own domain',
  ],
  'relay.port': relayLogin,
  'relay.smtps': relayLogin,
  'relay.authEnabled': relayLogin,
  'relay.username': relayLogin,
  'relay.password': relayLogin,
  'relay.rewriteSender': senderReplaced,
  'relay.senderAddress': senderReplaced,
  'accessLists.relayForWhitelistedSenders': listsOfTheMoment,
  'accessLists.whiteNamesNeedSpf': [
    'services/smtp/tests/filters.test.ts',
    'a white name lifts the checks of strangers as SPF allows: asked once a mail, only where such a name could count',
  ],
  'general.defaultDomain': [
    `${imap}/login.test.ts`,
    'RFC 9051 §6.2.3: name and password as atoms, quoted, literals, with the domain or without',
  ],
  'general.heloName': [
    `${delivery}/relay.test.ts`,
    'general.heloName: the far side is greeted with this name, a changed one from the next connection on',
  ],
  'general.organisation': [
    'services/console/tests/session.test.ts',
    'general.organisation: whoever is logged in is told whose server it is, a changed name at once',
  ],
  'general.autoCreateFolders': [
    'services/settings/tests/directory.test.ts',
    'a new one has the folders of the settings, can log in, and is announced',
  ],
  'antivirus.clamavEnabled': clamav,
  'antivirus.clamavAddress': clamav,
  'antivirus.kasperskyEnabled': everyScanner,
  'antivirus.kasperskyAddress': everyScanner,
  'antivirus.drwebEnabled': drweb,
  'antivirus.drwebAddress': drweb,
  'antivirus.maxScanSizeMb': [
    antivirus,
    'mail over maxScanSizeMb could not be looked at: held by default, tagged or returned when set so',
  ],
  'antivirus.onUnscannable': [
    antivirus,
    'mail over maxScanSizeMb could not be looked at: held by default, tagged or returned when set so',
  ],
  'antivirus.onInfectedOutgoing': [
    antivirus,
    'onInfectedOutgoing replace: the literal behaviour, at once and without a restart',
  ],
  'antivirus.onScannerFailure': [
    'services/filter/tests/recovery.test.ts',
    'onScannerFailure %s: what becomes of a mail whose scanner does not answer',
  ],
  'dkim.verify': [
    'services/smtp/src/slip.test.ts',
    'dkim.verify puts the check of its origin on the slip of incoming mail, behind the antivirus',
  ],
  'dkim.sign': [
    'services/filter/tests/signing.test.ts',
    'what leaves is signed with every key of its author’s domain, and other implementations find it whole',
  ],
  'dkim.selector': [
    'services/settings/tests/dkim.test.ts',
    'a key of 2048 bits is made under the selector of the settings, with the record to publish in pieces of 255 octets',
  ],
  'dkim.onDmarcFail': [
    authentication,
    'tag, junk and quarantine, whatever the author asks for; a change counts for the next mail',
  ],
  'misc.useDlp': [
    'services/smtp/src/slip.test.ts',
    'misc.useDlp and dlp.enabled together put the DLP filter on the slip, before the signer',
  ],
  'dlp.enabled': [
    'services/smtp/src/slip.test.ts',
    'misc.useDlp and dlp.enabled together put the DLP filter on the slip, before the signer',
  ],
  'dlp.defaultAction': [
    prevention,
    'dlp.defaultAction: what becomes of a find of a rule without an action of its own',
  ],
  'dlp.maxFileSizeMb': [prevention, 'dlp.maxFileSizeMb: a larger file was not looked at'],
  'dlp.onUnscannable': [
    prevention,
    'dlp.onUnscannable: what nobody could look at is held, tagged or returned',
  ],
  'dlp.thresholdPercent': [
    prevention,
    'dlp.thresholdPercent: how much of a protected document has to be in a mail',
  ],
  'misc.recodeSubjectUtf8': [
    'services/smtp/src/complete-header.test.ts',
    'misc.recodeSubjectUtf8: the subject is written in UTF-8, unless it is switched off or somebody has signed it',
  ],
  'misc.smtpUtf8': [`${smtp}/transcripts/tls-none/auth.txt`, '# SMTPUTF8 is off here.'],
  'reverseDns.mode': [`${smtp}/reverse-dns.test.ts`, 'refuses by its mode, at RCPT: %s'],
  'dnsbl.zones': [
    'infra/acceptance/src/live-settings.test.ts',
    'of the DNSBL zones decides about the next stranger',
  ],
  'dnsbl.onListed': [
    'infra/acceptance/src/live-settings.test.ts',
    'of the DNSBL zones decides about the next stranger',
  ],
  'dnsbl.onNoAnswer': [dnsbl, 'a zone without an answer, onNoAnswer %s'],
  'dnsbl.timeoutMs': [dnsbl, 'timeoutMs is for all zones together'],
  'greylist.enabled': [
    'services/filter/tests/dialogue.test.ts',
    'switched off everybody passes; switched on, without a restart, the first attempt is put off',
  ],
  'greylist.minRetrySeconds': [
    greylist,
    'a retry earlier than minRetrySeconds still waits, and does not start the wait again',
  ],
  'greylist.maxRetryHours': [greylist, 'a retry later than maxRetryHours is a first attempt again'],
  'greylist.whitelistDays': [
    greylist,
    'what passed is not asked for whitelistDays, and each passing renews it',
  ],
  'quarantine.expiryDays': [
    `${delivery}/clean-up.test.ts`,
    'quarantine.expiryDays: what a filter holds for longer is deleted with its trace and nobody is told; other holds stay',
  ],
  'quarantine.ownerDigest': [
    `${delivery}/tell-owners.test.ts`,
    'quarantine.ownerDigest: each owner is told once a day what is held for him, and of nothing else',
  ],
  'trace.keepDays': [
    `${delivery}/clean-up.test.ts`,
    'the trace is kept as long as the setting says, refusals as well, and a changed setting counts at once',
  ],
  'dsn.delayNoticeHours': [
    `${delivery}/schedule.test.ts`,
    'dsn.delayNoticeHours: a mail is told of as soon as it has waited that long',
  ],
  'dsn.successToStrangers': [
    `${smtp}/live-settings.test.ts`,
    'of a stranger is owed no notice of success, unless the setting says so; other notices it is owed',
  ],
  'limits.sessionsPerAddress': [
    `${smtp}/limits.test.ts`,
    'RFC 5321 §3.8: over the limit of an address the client is told and closed; an end makes room',
  ],
  'limits.sessionsTotal': countedInAll,
  'limits.failedLogins': bans,
  'limits.banMinutes': bans,
  'limits.mailsPerAccountHour': [
    `${smtp}/sending-limit.test.ts`,
    'an account over its mails of an hour is put off, from whatever address',
  ],
  'limits.recipientsPerMail': [
    `${smtp}/limits.test.ts`,
    'RFC 5321 §4.5.3.1.10: has no more recipients than the limit; the others are asked for with another mail',
  ],
  'limits.bareNewline': [
    `${smtp}/live-settings.test.ts`,
    'of a stranger has bare line ends refused or repaired, as the setting says',
  ],
  'alerts.address': [
    `${smtp}/live-settings.test.ts`,
    'RFC 5321 §4.5.1: postmaster is answered for by who gets the alerts, where the directory has none',
  ],
  'alerts.diskLowWaterMb': [
    `${smtp}/live-settings.test.ts`,
    'below the low-water mark is told so, before anything fails',
  ],
};

/** Fields with an effect that no test proves. The list only ever gets shorter. */
export const missing: readonly FieldPath[] = [];
export const mostMissing = 0;

const root = join(import.meta.dirname, '../../..');

/** For each field the table in which a browser sets it: infra/acceptance/src/console.browser.ts works through them. */
export function inConsole(): ReadonlyMap<string, string> {
  const files = globSync('infra/acceptance/src/console-rows-*.ts', { cwd: root }).sort();
  return new Map(
    files.flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(/^\s+field: '([\w.]+)',$/gm)].map(
        ([, field = '']) => [field, file] as const,
      ),
    ),
  );
}
