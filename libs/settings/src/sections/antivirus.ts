/** Which scanners look at mail, and what happens when they find something or cannot look. */
import { bool, choice, type Format, integer, onlyWhen, textField, words } from '../field.ts';
import * as formats from '../formats.ts';
import { defineSection, type Finding } from '../section.ts';
import { text } from '../text.ts';

const clamd: Format = {
  parse: formats.clamdAddress,
  maxLength: 255,
  expected: text(
    'укажите узел:порт или путь к сокету clamd',
    'give host:port or the path of the socket of clamd',
  ),
};

const icap: Format = {
  parse: formats.icapUrl,
  maxLength: 255,
  expected: text(
    'укажите адрес ICAP, например icap://scanner:1344/av',
    'give an ICAP address, such as icap://scanner:1344/av',
  ),
};

const icapOrClamd: Format = {
  parse: formats.icapOrClamdAddress,
  maxLength: 255,
  expected: text(
    'укажите адрес ICAP (icap://scanner:1344/av) или узел:порт, совместимый с clamd',
    'give an ICAP address (icap://scanner:1344/av) or host:port that speaks like clamd',
  ),
};

export const antivirus = defineSection({
  name: 'antivirus',
  tab: 'settings',
  label: text('Антивирусная проверка вложений', 'Antivirus'),
  help: text(
    'Проверяются входящие и исходящие письма, каждым включённым антивирусом. Вместо заражённого письма получатель получает сообщение о проверке с этим письмом во вложении.',
    'Incoming and outgoing mail is scanned by every scanner that is on. Instead of an infected letter the recipient gets the result of the check with the letter attached.',
  ),
  appliedBy: ['filter-antivirus', 'smtp'],
  fields: {
    clamavEnabled: bool(
      false,
      words(
        'Проверять почту антивирусом ClamAV',
        'Scan mail with ClamAV',
        'Проверка демоном clamd.',
        'Scanning by the clamd daemon.',
      ),
    ),
    clamavAddress: onlyWhen(
      'clamavEnabled',
      [true],
      textField(
        clamd,
        '',
        words(
          'Адрес ClamAV',
          'Address of ClamAV',
          'узел:порт или путь к сокету.',
          'host:port or the path of the socket.',
        ),
      ),
    ),
    kasperskyEnabled: bool(
      false,
      words(
        'Проверять почту антивирусом Касперского',
        'Scan mail with Kaspersky',
        'Проверка Kaspersky Scan Engine по ICAP.',
        'Scanning by Kaspersky Scan Engine over ICAP.',
      ),
    ),
    kasperskyAddress: onlyWhen(
      'kasperskyEnabled',
      [true],
      textField(
        icap,
        '',
        words('Адрес антивируса Касперского', 'Address of Kaspersky', 'Адрес ICAP.', 'ICAP address.'),
      ),
    ),
    drwebEnabled: bool(
      false,
      words(
        'Проверять почту антивирусом Dr.Web',
        'Scan mail with Dr.Web',
        'Проверка Dr.Web по ICAP или по протоколу clamd.',
        'Scanning by Dr.Web over ICAP or the protocol of clamd.',
      ),
    ),
    drwebAddress: onlyWhen(
      'drwebEnabled',
      [true],
      textField(
        icapOrClamd,
        '',
        words('Адрес Dr.Web', 'Address of Dr.Web', 'Адрес ICAP или узел:порт.', 'ICAP address or host:port.'),
      ),
    ),
    maxScanSizeMb: integer(
      { min: 1, max: 1024, initial: 50, unit: text('Мб', 'MB') },
      words(
        'Наибольший размер проверяемого письма',
        'Largest mail that is scanned',
        'Большее письмо считается непроверенным, а не чистым.',
        'Larger mail counts as not looked at, never as clean.',
      ),
    ),
    onUnscannable: choice(
      {
        hold: text('Задержать', 'Hold'),
        deliverTagged: text('Доставить с пометкой', 'Deliver with a tag'),
        bounce: text('Вернуть отправителю', 'Return to the sender'),
      },
      'hold',
      words(
        'Если письмо нельзя проверить',
        'When a mail cannot be looked at',
        'Слишком большое, зашифрованное или превышает пределы антивируса.',
        "Too large, encrypted, or over the scanner's limits.",
      ),
    ),
    onInfectedOutgoing: choice(
      {
        quarantine: text('Поместить в карантин', 'Quarantine'),
        replace: text('Отправить сообщение о проверке', 'Send the report of the check'),
      },
      'quarantine',
      words(
        'Если заражено исходящее письмо',
        'When outgoing mail is infected',
        'В карантине: отправитель получает отчёт без вложения, посторонним ничего не уходит.',
        'Quarantine: the sender gets the report without the attachment, and nothing goes to strangers.',
      ),
    ),
    onScannerFailure: choice(
      {
        wait: text('Ждать', 'Wait'),
        deliver: text('Доставить без проверки', 'Deliver unscanned'),
        bounce: text('Вернуть отправителю', 'Return to the sender'),
      },
      'wait',
      words(
        'Если антивирус не отвечает',
        'When a scanner does not answer',
        'Ждать: письмо остаётся в очереди и проверяется снова, ничего не теряется и не проходит непроверенным.',
        'Wait: the mail stays queued and is scanned again; nothing is lost and nothing passes unscanned.',
      ),
    ),
  },
  check: (document) => {
    const findings: Finding[] = [];
    for (const scanner of ['clamav', 'kaspersky', 'drweb'] as const) {
      if (document[`${scanner}Enabled`] && document[`${scanner}Address`] === '')
        findings.push(missingAddress(scanner));
    }
    return findings;
  },
});

function missingAddress(scanner: string): Finding {
  return {
    field: `${scanner}Address`,
    code: 'missing',
    related: [{ section: 'antivirus', field: `${scanner}Enabled` }],
    message: text(
      `адрес пуст, а {${scanner}Enabled} включено: укажите адрес или выключите {${scanner}Enabled}`,
      `the address is empty while {${scanner}Enabled} is on: give the address, or turn {${scanner}Enabled} off`,
    ),
  };
}
