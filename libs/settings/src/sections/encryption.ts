/** The fields that both encryption sections share: SMTP's and that of POP3 and IMAP. */
import { bool, choice, reference, words } from '../field.ts';
import { text } from '../text.ts';

export const mode = choice(
  {
    none: text('Без шифрования', 'None'),
    optional: text('Необязательное', 'Optional'),
    required: text('С шифрованием', 'Required'),
  },
  'optional',
  words(
    'Режим шифрования',
    'Encryption',
    'Без шифрования: STARTTLS не предлагается, пароли идут открыто. Необязательное: STARTTLS предлагается, но клиент без TLS тоже может войти. С шифрованием: пароль принимается только внутри TLS. Почту от чужих серверов порт SMTP принимает без TLS в любом режиме.',
    'None: STARTTLS is not offered and passwords travel in the clear. Optional: STARTTLS is offered, and a client without TLS may still log in. Required: a password is accepted only inside TLS. Mail from other servers is accepted without TLS in every mode.',
  ),
);

export const certificateId = reference(
  'certificate',
  words(
    'Сертификат',
    'Certificate',
    'Какой сертификат показывать. Пусто: созданный автоматически. Если клиент назвал имя сервера (SNI), берётся подходящий сертификат из хранилища.',
    'Which certificate is shown. Empty: the one that was generated. When a client names the server (SNI), a matching certificate of the store is used.',
  ),
);

export const firewallRule = bool(
  true,
  words(
    'Автоматически создавать разрешающее правило',
    'Create the allow rule automatically',
    'Межсетевой экран открывает снаружи порты, на которых TLS начинается сразу. Выключено: эти порты снаружи закрыты.',
    'The firewall opens the TLS-first ports to the outside. Off: these ports are closed to the outside.',
  ),
);

export const minTlsVersion = choice(
  {
    TLSv1: text('TLS 1.0', 'TLS 1.0'),
    'TLSv1.1': text('TLS 1.1', 'TLS 1.1'),
    'TLSv1.2': text('TLS 1.2', 'TLS 1.2'),
    'TLSv1.3': text('TLS 1.3', 'TLS 1.3'),
  },
  'TLSv1.2',
  words(
    'Минимальная версия TLS',
    'Minimum TLS version',
    'Более старые версии не принимаются. TLS 1.0 и 1.1 нужны только очень старым клиентам и понижают уровень защиты шифров.',
    'Older versions are not accepted. TLS 1.0 and 1.1 are needed by very old clients only and lower the security level of the ciphers.',
  ),
);

export const dhBits = choice(
  {
    1024: text('1024 бита', '1024 bits'),
    2048: text('2048 бит', '2048 bits'),
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
);
