// Tries a virus scanner with the same client as mails go to: what it is, a text that is clean, the test virus, and what it
// says of mails that it cannot look into.
import { type RunTest, type TestRun, testResult, type TestVerdict } from '@pochtar/bus';
import { printableForeign } from '@pochtar/mail';
import { parseSection, text } from '@pochtar/settings';
import type { Scanner, ScanResult } from '../antivirus/scanner.ts';
import { makeScanner, type ScannerKind } from '../antivirus/scanners.ts';
import { cleanMail, deepMail, encryptedMail, largeMail, mailWith } from './probe-mails.ts';

const { good, bad } = testResult;
const MAX_REASON = 400;

// The test file of eicar.org in two halves, so that no scanner takes this source file for the virus.
const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');

const MB = 1024 * 1024;

export function antivirusTest(kind: ScannerKind): RunTest {
  return async ({ settings, say, signal }) => {
    const parsed = parseSection('antivirus', settings['antivirus'] ?? {});
    if (!parsed.ok) throw new Error(`the draft of antivirus does not fit: ${parsed.errors[0]?.message.en}`);
    const scanner = makeScanner[kind](parsed.value);
    try {
      const version = printableForeign(await scanner.version(signal), MAX_REASON);
      say(
        'version',
        text(`отвечает: ${version || 'версию не назвал'}`, `it answers: ${version || 'no version given'}`),
        true,
      );
    } catch (error) {
      const reason = printableForeign((error as Error).message, MAX_REASON);
      say('version', text(`не отвечает: ${reason}`, `it does not answer: ${reason}`), false);
      return silent(reason);
    }
    const clean = await look(scanner, cleanMail, signal);
    say(
      'clean',
      text(`чистое письмо: ${words(clean).ru}`, `a clean mail: ${words(clean).en}`),
      clean.kind === 'clean',
    );
    const infected = await look(scanner, mailWith(Buffer.from(eicar), 'eicar.com'), signal);
    const virus = text(
      `проверочный вирус EICAR: ${words(infected).ru}`,
      `the test virus EICAR: ${words(infected).en}`,
    );
    say('infected', virus, infected.kind === 'infected');
    const found = verdictOf(clean, infected);
    if (found.verdict !== 'good') return found;
    return (await tryLimits(scanner, parsed.value.maxScanSizeMb, { say, signal })) ?? found;
  };
}

/** What it cannot look into is never clean: a scanner that says so lets it all pass. Null: it is fit. */
async function tryLimits(
  scanner: Scanner,
  maxScanSizeMb: number,
  { say, signal }: Pick<TestRun, 'say' | 'signal'>,
): Promise<TestVerdict | null> {
  let blind: TestVerdict | null = null;
  for (const { step, mail, what, option } of blindSpots) {
    const result = await look(scanner, mail(), signal);
    const line = text(`${what.ru}: ${words(result).ru}`, `${what.en}: ${words(result).en}`);
    say(step, line, result.kind !== 'clean');
    if (result.kind === 'clean') blind ??= passesUnseen(what, option);
  }
  const bytes = maxScanSizeMb * MB;
  const large = await scanner.scan(() => largeMail(bytes), bytes, signal);
  const size = text(`письмо в ${maxScanSizeMb} МБ`, `a mail of ${maxScanSizeMb} MB`);
  const line = text(`${size.ru}: ${words(large).ru}`, `${size.en}: ${words(large).en}`);
  say('largest', line, large.kind === 'clean');
  return blind ?? (large.kind === 'clean' ? null : takesLess(maxScanSizeMb));
}

const blindSpots = [
  {
    ...{ step: 'encrypted', mail: encryptedMail, option: 'AlertEncrypted' },
    what: text('зашифрованный архив', 'an encrypted archive'),
  },
  {
    ...{ step: 'limits', mail: deepMail, option: 'AlertExceedsMax' },
    what: text('архив глубже пределов антивируса', "an archive over the scanner's limits"),
  },
];

function passesUnseen(what: { ru: string; en: string }, option: string): TestVerdict {
  return bad(
    `${what.ru} считается чистым: такие письма проходят непроверенными`,
    `${what.en} is called clean: such mail passes without a look inside`,
    text(
      `в clamd.conf укажите ${option} yes; у других антивирусов включите сообщение о непроверенном`,
      `set ${option} yes in clamd.conf; have another scanner report what it could not look into`,
    ),
  );
}

function takesLess(maxScanSizeMb: number): TestVerdict {
  return bad(
    `письмо в ${maxScanSizeMb} МБ не проверяется, а {maxScanSizeMb} его разрешает: такие письма не пройдут`,
    `a mail of ${maxScanSizeMb} MB is not scanned, though {maxScanSizeMb} allows it: such mail does not pass`,
    text(
      'в clamd.conf увеличьте StreamMaxLength, MaxScanSize и MaxFileSize или уменьшите {maxScanSizeMb}',
      'raise StreamMaxLength, MaxScanSize and MaxFileSize in clamd.conf, or lower {maxScanSizeMb}',
    ),
  );
}

function look(scanner: Scanner, mail: Buffer, signal: TestRun['signal']): Promise<ScanResult> {
  return scanner.scan(
    async function* () {
      yield mail;
    },
    mail.length,
    signal,
  );
}

function words(result: ScanResult): { ru: string; en: string } {
  if (result.kind === 'clean') return text('чисто', 'clean');
  if (result.kind === 'infected') {
    const virus = printableForeign(result.virus, 100);
    return text(`найден ${virus}`, `found ${virus}`);
  }
  const reason = printableForeign(result.reason, MAX_REASON);
  return result.kind === 'unscannable'
    ? text(`проверить нельзя: ${reason}`, `it cannot be looked at: ${reason}`)
    : text(`нет ясного ответа: ${reason}`, `no clear answer: ${reason}`);
}

function verdictOf(clean: ScanResult, infected: ScanResult): TestVerdict {
  if (clean.kind === 'clean' && infected.kind === 'infected') {
    return good('вирус найден, чистое письмо пропущено', 'the virus was found, the clean mail passed');
  }
  if (infected.kind === 'clean') {
    return bad(
      'проверочный вирус не найден: письма с вирусами будут доставлены',
      'the test virus was not found: mail with viruses would be delivered',
      text(
        'загрузите базы антивируса и проверьте его настройки',
        'load the definitions of the scanner and check its settings',
      ),
    );
  }
  const what = clean.kind === 'clean' ? infected : clean;
  return bad(`проверка не работает: ${words(what).ru}`, `scanning does not work: ${words(what).en}`);
}

function silent(reason: string): TestVerdict {
  return bad(
    `антивирус не отвечает: ${reason}`,
    `the scanner does not answer: ${reason}`,
    text('проверьте адрес и то, что антивирус запущен', 'check the address, and that the scanner runs'),
  );
}
