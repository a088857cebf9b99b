/** The fields that both encryption sections share: SMTP's and that of POP3 and IMAP. */
import { bool, choice, notYet, onlyWhen, option, presented, reference, words } from '../field.ts';
import type { Finding } from '../section.ts';
import { text } from '../text.ts';

export const mode = choice(
  {
    none: option(
      text('Без шифрования', 'None'),
      'Пароли и письма идут открыто.',
      'Passwords and mail travel in the clear.',
    ),
    optional: option(
      text('Необязательное', 'Optional'),
      'Клиент без TLS тоже может войти, его пароль идёт открыто.',
      'A client without TLS may log in too; its password travels in the clear.',
    ),
    required: option(
      text('С шифрованием', 'Required'),
      'Пароль принимается только внутри TLS.',
      'A password is accepted only inside TLS.',
    ),
  },
  'optional',
  words(
    'Режим шифрования',
    'Encryption',
    'Без шифрования: STARTTLS не предлагается, порты с TLS с первого байта закрыты, пароли идут открыто. Необязательное: STARTTLS предлагается, но клиент без TLS тоже может войти. С шифрованием: пароль принимается только внутри TLS. Почту от чужих серверов порт SMTP принимает без TLS в любом режиме.',
    'None: STARTTLS is not offered, the TLS-first ports are closed, and passwords travel in the clear. Optional: STARTTLS is offered, and a client without TLS may still log in. Required: a password is accepted only inside TLS. Mail from other servers is accepted without TLS in every mode.',
  ),
);

export const certificateId = onlyWhen(
  'mode',
  ['optional', 'required'],
  presented(
    { widget: 'certificate', empty: text('Созданный автоматически', 'The generated one') },
    reference(
      'certificate',
      words(
        'Сертификат',
        'Certificate',
        'Какой сертификат показывать. Пусто: созданный автоматически. Если клиент назвал имя сервера (SNI), берётся подходящий сертификат из хранилища.',
        'Which certificate is shown. Empty: the one that was generated. When a client names the server (SNI), a matching certificate of the store is used.',
      ),
    ),
  ),
);

export const firewallRule = notYet(
  bool(
    true,
    words(
      'Автоматически создавать разрешающее правило',
      'Create the allow rule automatically',
      'Межсетевой экран открывает снаружи порты, на которых TLS начинается сразу. Выключено: эти порты снаружи закрыты.',
      'The firewall opens the TLS-first ports to the outside. Off: these ports are closed to the outside.',
    ),
  ),
);

export const minTlsVersion = onlyWhen(
  'mode',
  ['optional', 'required'],
  choice(
    {
      TLSv1: option(
        text('TLS 1.0', 'TLS 1.0'),
        'Для клиентов до 2006 года; шифры слабее.',
        'For clients from before 2006; weaker ciphers.',
      ),
      'TLSv1.1': option(
        text('TLS 1.1', 'TLS 1.1'),
        'Почти никому не нужна; шифры слабее.',
        'Hardly anybody needs it; weaker ciphers.',
      ),
      'TLSv1.2': option(
        text('TLS 1.2', 'TLS 1.2'),
        'Подходит всем клиентам последних десяти лет.',
        'Fits every client of the last ten years.',
      ),
      'TLSv1.3': option(
        text('TLS 1.3', 'TLS 1.3'),
        'Старые клиенты и серверы подключиться не смогут.',
        'Older clients and servers cannot connect.',
      ),
    },
    'TLSv1.2',
    words(
      'Минимальная версия TLS',
      'Minimum TLS version',
      'Более старые версии не принимаются. TLS 1.0 и 1.1 нужны только очень старым клиентам и понижают уровень защиты шифров.',
      'Older versions are not accepted. TLS 1.0 and 1.1 are needed by very old clients only and lower the security level of the ciphers.',
    ),
  ),
);

export const dhBits = onlyWhen(
  'mode',
  ['optional', 'required'],
  choice(
    {
      1024: option(text('1024 бита', '1024 bits'), 'Слишком короткий ключ.', 'Too short a key.'),
      2048: option(text('2048 бит', '2048 bits'), 'Рекомендуется.', 'Recommended.'),
      3072: text('3072 бита', '3072 bits'),
      4096: text('4096 бит', '4096 bits'),
    },
    2048,
    words(
      'Длина ключа DH (Diffie-Hellman)',
      'DH key length (Diffie-Hellman)',
      'Используются готовые группы, создавать ничего не нужно. Рекомендуется 2048.',
      'Standard groups are used, so nothing has to be generated. 2048 is recommended.',
    ),
  ),
);

interface EncryptionChoices {
  readonly mode: 'none' | 'optional' | 'required';
  readonly minTlsVersion: string;
  readonly dhBits: number;
}

export function cautions({ mode: chosen, minTlsVersion: least, dhBits: bits }: EncryptionChoices): Finding[] {
  if (chosen === 'none') return [passwordsInTheClear];
  const findings: Finding[] = [];
  if (least === 'TLSv1' || least === 'TLSv1.1') findings.push(oldTls);
  if (bits === 1024) findings.push(shortDh);
  return findings;
}

const passwordsInTheClear: Finding = {
  field: 'mode',
  code: 'noEncryption',
  message: text(
    'пароли и письма идут открыто: выберите optional или required',
    'passwords and mail travel in the clear: choose optional or required',
  ),
};

const oldTls: Finding = {
  field: 'minTlsVersion',
  code: 'weakTls',
  message: text(
    'TLS 1.0 и 1.1 устарели и ослабляют шифры: если таких клиентов нет, выберите TLSv1.2',
    'TLS 1.0 and 1.1 are outdated and weaken the ciphers: choose TLSv1.2 unless there are such clients',
  ),
};

const shortDh: Finding = {
  field: 'dhBits',
  code: 'weakTls',
  message: text(
    'ключ в 1024 бита слишком короткий: выберите 2048',
    'a key of 1024 bits is too short: choose 2048',
  ),
};
