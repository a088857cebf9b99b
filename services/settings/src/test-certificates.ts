// Tries the certificates that a draft chooses: names, chain, end, key, and whether the name of this server is covered.
import { type InspectedCertificate, type RunTest, testResult, type TestVerdict } from '@pochtar/bus';
import { parseSection, text } from '@pochtar/settings';
import {
  AUTHORITY_CERTIFICATE,
  GENERATED_CERTIFICATE,
  listCertificates,
  readServerCertificates,
} from '@pochtar/store/settings';
import type { Context } from './context.ts';
import { inspectCertificate } from './inspect-certificate.ts';

const { good, bad } = testResult;
const SECTIONS = [
  ['smtpEncryption', 'SMTP'],
  ['accessEncryption', 'POP3/IMAP'],
] as const;
const ENDS_SOON_DAYS = 14;

export function certificateTest(context: Pick<Context, 'db' | 'key'>): RunTest {
  return async ({ settings, say }) => {
    const general = parseSection('general', settings['general'] ?? {});
    if (!general.ok) throw new Error('the draft of general does not fit');
    const [stored, all] = [
      await readServerCertificates(context.db, context.key),
      await listCertificates(context.db),
    ];
    const ours = all.find(({ id }) => id === AUTHORITY_CERTIFICATE)?.chainPem ?? '';
    const faults: TestVerdict['text'][] = [];
    for (const [section, title] of SECTIONS) {
      const parsed = parseSection(section, settings[section] ?? {});
      if (!parsed.ok) throw new Error(`the draft of ${section} does not fit`);
      const { mode, certificateId } = parsed.value;
      if (mode === 'none') {
        say(
          section,
          text(
            `${title}: без шифрования, сертификат не нужен`,
            `${title}: no encryption, no certificate is needed`,
          ),
        );
        continue;
      }
      const certificate = stored.find(({ id }) => id === (certificateId ?? GENERATED_CERTIFICATE));
      if (certificate === undefined) {
        say(
          section,
          text(`${title}: такого сертификата нет`, `${title}: there is no such certificate`),
          false,
        );
        faults.push(text(`${title}: сертификата нет`, `${title}: there is no certificate`));
        continue;
      }
      const { chainPem, keyPem } = certificate;
      const files = [chainPem, keyPem, ours].map((pem) => ({
        name: '',
        data: Buffer.from(pem).toString('base64'),
      }));
      const found = await inspectCertificate(files, undefined, general.value.heloName, new Date());
      faults.push(...tell(title, found, (words, ok) => say(section, words, ok)));
    }
    const [fault] = faults;
    if (fault === undefined) return good('сертификаты годятся', 'the certificates are fit for use');
    return bad(
      fault.ru,
      fault.en,
      text('выберите или загрузите другой сертификат', 'choose or upload another certificate'),
    );
  };
}

type Found = Omit<InspectedCertificate, 'replaces'>;

/** Says what there is; answers what is wrong. */
function tell(
  title: string,
  found: Found,
  say: (words: { ru: string; en: string }, ok?: boolean) => void,
): TestVerdict['text'][] {
  const faults: TestVerdict['text'][] = [];
  const told = (ru: string, en: string, ok: boolean): void => {
    const words = text(`${title}: ${ru}`, `${title}: ${en}`);
    say(words, ok);
    if (!ok) faults.push(words);
  };
  const { certificate, chain, keyFits, heloName, coversHeloName } = found;
  if (certificate === null) {
    told('сертификат не читается', 'the certificate cannot be read', false);
    return faults;
  }
  const { hosts, issuer, notAfter, daysLeft } = certificate;
  const names = hosts.slice(0, 10).join(', ');
  told(`имена: ${names}; выдал ${issuer}`, `names: ${names}; issued by ${issuer}`, true);
  told(`цепочка: ${chain.length}`, `chain: ${chain.length}`, chain.length > 0);
  const day = notAfter.slice(0, 10);
  told(
    `действует до ${day} (${daysLeft} дн.)`,
    `valid until ${day} (${daysLeft} days)`,
    daysLeft > ENDS_SOON_DAYS,
  );
  const [ru, en] =
    keyFits === true ? ['ключ подходит', 'the key fits'] : ['ключ не подходит', 'the key does not fit'];
  told(ru, en, keyFits === true);
  if (coversHeloName)
    told(
      `имя сервера ${heloName} есть в сертификате`,
      `the certificate has the name of this server, ${heloName}`,
      true,
    );
  for (const { message, code } of [...found.problems, ...found.cautions]) {
    if (IS_TOLD.has(code)) continue;
    told(
      message.ru,
      message.en,
      code !== 'nameNotCovered' &&
        code !== 'incompleteChain' &&
        !found.problems.some((one) => one.code === code),
    );
  }
  return faults;
}

/** Said above, or no matter of a certificate that is stored. */
const IS_TOLD = new Set(['keyMismatch', 'noKey', 'reordered', 'rootLeftOut', 'othersLeftOut']);
