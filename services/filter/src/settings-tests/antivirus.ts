// Tries a virus scanner with the same client as mails go to: what it is, a text that is clean, and the test virus.
import { type RunTest, type TestRun, testResult, type TestVerdict } from '@pochtar/bus';
import { printableForeign } from '@pochtar/mail';
import { parseSection, text } from '@pochtar/settings';
import type { Scanner, ScanResult } from '../antivirus/scanner.ts';
import { makeScanner, type ScannerKind } from '../antivirus/scanners.ts';

const { good, bad } = testResult;
const MAX_REASON = 400;

// The test file of eicar.org in two halves, so that no scanner takes this source file for the virus.
const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('');

const head = 'From: test@pochtar.invalid\r\nSubject: test of the settings\r\nMIME-Version: 1.0\r\n';
const cleanMail = Buffer.from(`${head}Content-Type: text/plain\r\n\r\nThis is a test.\r\n`);
const infectedMail = Buffer.from(
  `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/octet-stream\r\n` +
    'Content-Disposition: attachment; filename=eicar.com\r\nContent-Transfer-Encoding: base64\r\n\r\n' +
    `${Buffer.from(eicar).toString('base64').replace(/.{76}/g, '$&\r\n')}\r\n--b--\r\n`,
);

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
    const infected = await look(scanner, infectedMail, signal);
    const virus = text(
      `проверочный вирус EICAR: ${words(infected).ru}`,
      `the test virus EICAR: ${words(infected).en}`,
    );
    say('infected', virus, infected.kind === 'infected');
    return verdictOf(clean, infected);
  };
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
