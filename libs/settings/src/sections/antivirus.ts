/** Which scanners look at mail, and what happens when they find something or cannot look. */
import {
  bool,
  choice,
  option,
  type Format,
  integer,
  neededWhen,
  presented,
  textField,
  words,
} from '../field.ts';
import * as formats from '../formats.ts';
import { defineSection, type Finding } from '../section.ts';
import { text } from '../text.ts';
import { megabytes } from '../units.ts';

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
    clamavAddress: presented(
      { widget: 'scannerAddress' },
      neededWhen(
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
    kasperskyAddress: presented(
      { widget: 'scannerAddress' },
      neededWhen(
        'kasperskyEnabled',
        [true],
        textField(
          icap,
          '',
          words('Адрес антивируса Касперского', 'Address of Kaspersky', 'Адрес ICAP.', 'ICAP address.'),
        ),
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
    drwebAddress: presented(
      { widget: 'scannerAddress' },
      neededWhen(
        'drwebEnabled',
        [true],
        textField(
          icapOrClamd,
          '',
          words(
            'Адрес Dr.Web',
            'Address of Dr.Web',
            'Адрес ICAP или узел:порт.',
            'ICAP address or host:port.',
          ),
        ),
      ),
    ),
    maxScanSizeMb: integer(
      { min: 1, max: 1024, initial: 50, unit: megabytes },
      words(
        'Наибольший размер проверяемого письма',
        'Largest mail that is scanned',
        'Большее письмо считается непроверенным, а не чистым.',
        'Larger mail counts as not looked at, never as clean.',
      ),
    ),
    onUnscannable: choice(
      {
        hold: option(
          text('Задержать', 'Hold'),
          'Ждёт решения администратора.',
          'Waits for the decision of an administrator.',
        ),
        deliverTagged: option(
          text('Доставить с пометкой', 'Deliver with a tag'),
          'Получатель видит, что письмо не проверено; вирус в нём возможен.',
          'The recipient sees that it was not scanned; it may carry a virus.',
        ),
        bounce: option(
          text('Вернуть отправителю', 'Return to the sender'),
          'Отправитель узнаёт, что письмо не принято.',
          'The sender is told that the mail was not accepted.',
        ),
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
        quarantine: option(
          text('Поместить в карантин', 'Quarantine'),
          'Посторонним ничего не уходит; отправитель получает отчёт.',
          'Nothing goes to strangers; the sender gets the report.',
        ),
        replace: option(
          text('Отправить сообщение о проверке', 'Send the report of the check'),
          'Получатель получает вирус во вложении, от имени вашего сервера.',
          'The recipient gets the virus attached, in the name of your server.',
        ),
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
        wait: option(
          text('Ждать', 'Wait'),
          'Ничего не теряется и не проходит непроверенным; почта стоит, пока антивирус молчит.',
          'Nothing is lost or passes unscanned; mail stands still while the scanner is silent.',
        ),
        deliver: option(
          text('Доставить без проверки', 'Deliver unscanned'),
          'Вирусы проходят, пока антивирус молчит.',
          'Viruses pass while the scanner is silent.',
        ),
        bounce: option(
          text('Вернуть отправителю', 'Return to the sender'),
          'Почта возвращается, пока антивирус молчит.',
          'Mail is returned while the scanner is silent.',
        ),
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
  cautions: (document) => {
    const isOn = document.clamavEnabled || document.kasperskyEnabled || document.drwebEnabled;
    if (!isOn) return [];
    return [
      ...(document.onScannerFailure === 'deliver' ? [passesUnscanned] : []),
      ...(document.onInfectedOutgoing === 'replace' ? [sendsViruses] : []),
    ];
  },
});

const passesUnscanned: Finding = {
  field: 'onScannerFailure',
  code: 'passesUnscanned',
  message: text(
    'пока антивирус не отвечает, вирусы доходят до получателей: выберите wait',
    'while a scanner does not answer, viruses reach the recipients: choose wait',
  ),
};

const sendsViruses: Finding = {
  field: 'onInfectedOutgoing',
  code: 'sendsViruses',
  message: text(
    'вирус уходит посторонним во вложении от имени сервера, и его адрес попадает в чёрные списки: выберите quarantine',
    'the virus goes to strangers as an attachment in the name of the server, whose address is then black-listed: choose quarantine',
  ),
};

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
