/** Where the mail server listens. Clashes of ports are found across sections: see ../listeners.ts. */
import { bool, listOf, notYet, onlyWhen, port, presented, words } from '../field.ts';
import { defineSection, type Finding } from '../section.ts';
import { type Text, text } from '../text.ts';
import { addressOrNetwork, listenInterface } from './formats.ts';

export const network = defineSection({
  name: 'network',
  tab: 'settings',
  label: text('Сетевые настройки', 'Network'),
  help: text(
    'Порты и интерфейсы, на которых сервер принимает SMTP, POP3 и IMAP. При смене порта новый открывается раньше, чем закрывается старый; открытые соединения продолжаются.',
    'Ports and interfaces on which the server accepts SMTP, POP3 and IMAP. When a port is moved, the new one opens before the old one closes; open sessions go on.',
  ),
  appliedBy: ['smtp', 'imap', 'pop3', 'ldap', 'firewall'],
  fields: {
    smtpPort: port(
      25,
      words(
        'Порт SMTP',
        'SMTP port',
        'Порт, на который приходит почта от других серверов. Клиенты могут входить и здесь.',
        'The port on which mail from other servers arrives. Clients may log in here too.',
      ),
    ),
    pop3Port: port(
      110,
      words('Порт POP3', 'POP3 port', 'Порт для чтения почты по POP3.', 'The port for reading mail by POP3.'),
    ),
    imapPort: port(
      143,
      words('Порт IMAP', 'IMAP port', 'Порт для чтения почты по IMAP.', 'The port for reading mail by IMAP.'),
    ),
    submissionEnabled: bool(
      true,
      words(
        'Включить SMTP через 587 порт',
        'SMTP on port 587',
        'Второй порт для почтовых клиентов. Он дополняет порт SMTP, а не заменяет его, и требует авторизации.',
        'A second port for mail clients. It is there in addition to the SMTP port, never instead of it, and requires a login.',
      ),
    ),
    submissionPort: onlyWhen(
      'submissionEnabled',
      [true],
      port(
        587,
        words(
          'Порт отправки',
          'Submission port',
          'Порт для почтовых клиентов; меняется, когда сервер работает без прав администратора.',
          'The port for mail clients; move it when the server runs without root.',
        ),
      ),
    ),
    firewallRule: notYet(
      bool(
        true,
        words(
          'Автоматически создавать разрешающее правило',
          'Create the allow rule automatically',
          'Межсетевой экран открывает снаружи порты SMTP, POP3 и IMAP. Выключено: эти порты снаружи закрыты.',
          'The firewall opens the ports of SMTP, POP3 and IMAP to the outside. Off: these ports are closed to the outside.',
        ),
      ),
    ),
    smtpInterfaces: presented(
      { widget: 'interfaces', empty: text('(все)', '(all)') },
      listOf(
        listenInterface,
        { maxItems: 64, initial: [] },
        words(
          'Интерфейсы для SMTP',
          'Interfaces for SMTP',
          'Адреса или интерфейсы, на которых работает SMTP. Пусто: все.',
          'Addresses or interfaces on which SMTP listens. Empty: all.',
        ),
      ),
    ),
    accessInterfaces: presented(
      { widget: 'interfaces', empty: text('(все)', '(all)') },
      listOf(
        listenInterface,
        { maxItems: 64, initial: [] },
        words(
          'Интерфейсы для POP3/IMAP',
          'Interfaces for POP3/IMAP',
          'Адреса или интерфейсы, на которых работают POP3 и IMAP. Пусто: все.',
          'Addresses or interfaces on which POP3 and IMAP listen. Empty: all.',
        ),
      ),
    ),
    trustedProxies: presented(
      { widget: 'networks', empty: text('(нет)', '(none)') },
      listOf(
        addressOrNetwork,
        { maxItems: 64, initial: [] },
        words(
          'Доверенные балансировщики',
          'Trusted proxies',
          'Сети балансировщиков, чьему заголовку PROXY верят. Пусто: протокол PROXY выключен.',
          'Networks of the balancers whose PROXY header is believed. Empty: the PROXY protocol is off.',
        ),
      ),
    ),
    webmailAddresses: presented(
      { widget: 'networks', empty: text('(нет)', '(none)') },
      listOf(
        addressOrNetwork,
        { maxItems: 64, initial: ['127.0.0.0/8', '::1/128'] },
        words(
          'Адреса веб-почты',
          'Addresses of the web mail',
          'Отсюда подключается встроенная веб-почта: ограничение частоты отправки на неё не действует, а подбор пароля считается по адресу, который она сообщает.',
          'The bundled web mail connects from here: the sending limit does not apply to it, and password guessing is counted by the address it reports.',
        ),
      ),
    ),
  },
  cautions: ({ trustedProxies, webmailAddresses }) => [
    ...tooWide('trustedProxies', trustedProxies, anybodyIsAnybody),
    ...tooWide('webmailAddresses', webmailAddresses, nobodyIsLimited),
  ],
});

/** Entries that cover a large part of all addresses. */
function tooWide(field: string, networks: readonly string[], message: Text): Finding[] {
  return networks.flatMap((item, index) => {
    const [address = '', bits] = item.split('/');
    const least = address.includes(':') ? 16 : 8;
    // fc00::/7 is the private space of IPv6.
    if (bits === undefined || Number(bits) >= least || item === 'fc00::/7') return [];
    return [{ field: `${field}.${index}`, code: 'tooWide', message }];
  });
}

const anybodyIsAnybody = text(
  'эта сеть охватывает почти всех, и кто угодно назовётся любым адресом: укажите адреса балансировщиков',
  'this network covers nearly everybody, and anybody can give any address as his own: give the addresses of the balancers',
);

const nobodyIsLimited = text(
  'эта сеть охватывает почти всех, и ограничение частоты не действует ни на кого: укажите адреса веб-почты',
  'this network covers nearly everybody, and the sending limit holds for nobody: give the addresses of the web mail',
);
