/** The white list and the black list of senders, and the networks that both can call by a name. */
import {
  bool,
  choice,
  type Field,
  type Format,
  formatted,
  listOf,
  option,
  presented,
  records,
  textField,
  words,
} from '../field.ts';
import type { FieldInput } from '../forms/description.ts';
import { accessEntry } from '../formats.ts';
import { defineSection, type Finding } from '../section.ts';
import { type Text, text } from '../text.ts';
import { addressOrNetwork, comment, moment } from './formats.ts';

const entryFormat: Format = {
  parse: (input) => accessEntry(input)?.value,
  maxLength: 320,
  expected: text(
    'укажите IP-адрес, сеть (192.0.2.0/24), домен (example.org), почтовый сервер (@example.org), ящик (user@example.org) или network:имя',
    'give an IP address, a network (192.0.2.0/24), a domain (example.org), a mail server (@example.org), a mailbox (user@example.org) or network:name',
  ),
};

const objectName: Format = {
  parse: (input) => (/^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u.test(input.trim()) ? input.trim() : undefined),
  maxLength: 64,
  expected: text(
    'укажите имя из букв, цифр, пробелов и знаков . _ -',
    'give a name of letters, digits, spaces and . _ -',
  ),
};

const value: Field<ReturnType<typeof formatted>> = {
  ...words('Запись', 'Entry', entryFormat.expected.ru, entryFormat.expected.en),
  schema: formatted(entryFormat),
  input: {
    kind: 'text',
    maxLength: 320,
    expected: entryFormat.expected,
    isOptional: false,
  } satisfies FieldInput,
};

const entry = {
  value,
  comment: textField(
    comment,
    '',
    words('Комментарий', 'Comment', 'Для чего эта запись.', 'What the entry is for.'),
  ),
  expiresAt: textField(
    moment,
    '',
    words(
      'Действует до',
      'Expires',
      'После этого времени запись не действует. Пусто: всегда.',
      'The entry ends at this time. Empty: never.',
    ),
  ),
};

const maxEntries = 2000;

export const accessLists = defineSection({
  name: 'accessLists',
  tab: 'settings',
  label: text('Списки ограничений', 'Restriction lists'),
  help: text(
    'Запись адреса или сети решает раньше записи имени; из адресов и сетей побеждает самая узкая, при равенстве — белая. Белый список не отменяет антивирус, DLP, предел размера и проверку получателя.',
    'An entry of an address or network decides before one of a name; among addresses and networks the narrowest wins, and the white one when equal. The white list never skips antivirus, DLP, size or recipient checks.',
  ),
  appliedBy: ['smtp', 'filter-greylist', 'filter-dnsbl'],
  fields: {
    white: presented(
      { widget: 'accessList', empty: text('(нет)', '(none)') },
      records(
        entry,
        { maxItems: maxEntries, initial: [], key: 'value' },
        words(
          'Белый список',
          'White list',
          'Почта принимается всегда: без серых списков, DNSBL и проверки обратной записи, а с адресов и сетей — и без авторизации. Вносите только тех, кому действительно доверяете. В этой версии недоступны домены (example.org), а серверы (@example.org) и ящики — пока SPF для них проверяется.',
          'Mail is always accepted: without greylisting, DNSBL and the reverse DNS check, and from addresses and networks without a login too. Enter only those you really trust. Not available in this version: domains (example.org), and, while SPF is asked for, servers (@example.org) and mailboxes.',
        ),
      ),
    ),
    black: presented(
      { widget: 'accessList', empty: text('(нет)', '(none)') },
      records(
        entry,
        { maxItems: maxEntries, initial: [], key: 'value' },
        words(
          'Чёрный список',
          'Black list',
          'Почта не принимается (554). Домены (example.org) в этой версии недоступны.',
          'Mail is refused (554). Domains (example.org) are not available in this version.',
        ),
      ),
    ),
    networks: presented(
      { widget: 'accessList', empty: text('(нет)', '(none)') },
      records(
        {
          name: textFieldRequired(
            objectName,
            words(
              'Имя',
              'Name',
              'Так сеть называется в списках: network:имя.',
              'What the lists call it: network:name.',
            ),
          ),
          addresses: listOf(
            addressOrNetwork,
            { maxItems: 256, initial: [] },
            words(
              'Адреса и сети',
              'Addresses and networks',
              'Из чего состоит сеть.',
              'What the network is made of.',
            ),
          ),
        },
        { maxItems: 200, initial: [], key: 'name' },
        words(
          'Именованные сети',
          'Named networks',
          'Сети, которые записи списков называют по имени.',
          'Networks that entries of the lists call by name.',
        ),
      ),
    ),
    relayForWhitelistedSenders: bool(
      false,
      words(
        'Пересылать почту отправителей из белого списка без авторизации',
        'Relay for white-listed sender names',
        'Опасно: имя отправителя (домен, сервер, ящик) легко подделать, и тогда сервер рассылает чужую почту.',
        'Dangerous: the name of a sender (domain, server, mailbox) is easily forged, and the server then spreads mail of strangers.',
      ),
    ),
    whiteNamesNeedSpf: choice(
      {
        notFail: option(
          text('SPF не должен отвергать отправителя', 'SPF must not fail'),
          'Явная подделка не проходит; домены без SPF действуют.',
          'An evident forgery does not pass; domains without SPF count.',
        ),
        pass: option(
          text('SPF должен подтвердить отправителя', 'SPF must pass'),
          'Действуют только имена доменов, у которых есть SPF.',
          'Only names of domains that have SPF count.',
        ),
        no: option(
          text('Не проверять', 'Do not check'),
          'Кто угодно может назваться именем из белого списка.',
          'Anybody can call himself by a white-listed name.',
        ),
      },
      'notFail',
      words(
        'Проверка SPF для имён белого списка',
        'SPF for names of the white list',
        'Имя из белого списка действует, только если SPF отвечает так. В этой версии SPF не проверяется: имена действуют только с «Не проверять».',
        'A name of the white list counts only while SPF answers like this. SPF is not checked in this version: names count only with “Do not check”.',
      ),
    ),
  },
  check: (document) => [
    ...document.white.flatMap((item, index) => [
      ...tooWide(item.value, 'white', index),
      ...unknownObject(item.value, 'white', index, document.networks),
    ]),
    ...document.black.flatMap((item, index) => [
      ...tooWide(item.value, 'black', index),
      ...unknownObject(item.value, 'black', index, document.networks),
    ]),
    ...document.networks.flatMap((object, index) =>
      object.addresses.flatMap((address, at) =>
        tooWide(address, 'white', index, `networks.${index}.addresses.${at}`),
      ),
    ),
  ],
  cautions: ({ white, whiteNamesNeedSpf, relayForWhitelistedSenders }) => [
    ...(relayForWhitelistedSenders ? [relaysForNames] : []),
    ...(whiteNamesNeedSpf === 'no' && white.some(isName) ? [namesUnchecked] : []),
  ],
  notYet: withoutEffect,
});

/** The client's reverse name is not looked up yet, and SPF is not checked. */
function withoutEffect({ white, black, whiteNamesNeedSpf }: AccessLists): Finding[] {
  const findings: Finding[] = [];
  for (const list of ['white', 'black'] as const) {
    for (const [index, listed] of (list === 'white' ? white : black).entries()) {
      const item = listed.value;
      const field = `${list}.${index}.value`;
      if (accessEntry(item)?.kind === 'domain') findings.push(notAvailable(field, domainEntry(item)));
      if (isName(listed) && list === 'white' && whiteNamesNeedSpf !== 'no') {
        findings.push(notAvailable(field, nameWithSpf(item)));
      }
    }
  }
  if (whiteNamesNeedSpf === 'pass') findings.push(notAvailable('whiteNamesNeedSpf', spfIsNotChecked));
  return findings;
}

interface AccessLists {
  readonly white: readonly { value: string }[];
  readonly black: readonly { value: string }[];
  readonly whiteNamesNeedSpf: 'notFail' | 'pass' | 'no';
}

function notAvailable(field: string, message: Text): Finding {
  return { field, code: 'notAvailable', message };
}

function domainEntry(item: string): Text {
  return text(
    `записи доменов в этой версии недоступны: вместо «${item}» укажите адрес, сеть, сервер (@${item}) или ящик`,
    `entries of domains are not available in this version: instead of “${item}” give an address, a network, a server (@${item}) or a mailbox`,
  );
}

function nameWithSpf(item: string): Text {
  return text(
    `проверка SPF в этой версии недоступна, и «${item}» не действует: укажите в {whiteNamesNeedSpf} no или внесите адрес`,
    `checking SPF is not available in this version, and “${item}” has no effect: set {whiteNamesNeedSpf} to no, or enter an address`,
  );
}

const spfIsNotChecked = text(
  'проверка SPF в этой версии недоступна: укажите no',
  'checking SPF is not available in this version: give no',
);

function isName({ value: item }: { readonly value: string }): boolean {
  const kind = accessEntry(item)?.kind;
  return kind === 'server' || kind === 'mailbox';
}

const namesUnchecked: Finding = {
  field: 'whiteNamesNeedSpf',
  code: 'forgeable',
  related: [{ section: 'accessLists', field: 'white' }],
  message: text(
    'кто угодно может назваться именем из белого списка и обойти проверки: внесите вместо имён адреса',
    'anybody can call himself by a white-listed name and pass the checks: white-list addresses instead of names',
  ),
};

const relaysForNames: Finding = {
  field: 'relayForWhitelistedSenders',
  code: 'forgeable',
  message: text(
    'имя отправителя легко подделать, и сервер будет рассылать чужую почту: выключите и внесите в белый список адреса',
    'the name of a sender is easily forged, and the server then spreads mail of strangers: turn it off and white-list addresses',
  ),
};

function textFieldRequired(format: Format, label: ReturnType<typeof words>) {
  const input: FieldInput = {
    kind: 'text',
    maxLength: format.maxLength,
    expected: format.expected,
    isOptional: false,
  };
  return { ...label, schema: formatted(format), input };
}

/** A white network that covers (nearly) everybody would make an open relay, a black one a dead server. */
function tooWide(
  item: string,
  list: 'white' | 'black',
  index: number,
  field = `${list}.${index}.value`,
): Finding[] {
  const [address = '', bits] = item.split('/');
  if (bits === undefined || !/^[\d.:a-f]+$/.test(address)) return [];
  const isV6 = address.includes(':');
  const least = list === 'black' ? 1 : isV6 ? 16 : 8;
  // fc00::/7 is the private space of IPv6.
  if (Number(bits) >= least || item === 'fc00::/7') return [];
  return [
    {
      field,
      code: 'networkTooWide',
      message: text(
        `сеть ${item} слишком широка: укажите префикс не короче /${least}`,
        `the network ${item} is too wide: give a prefix of at least /${least}`,
      ),
    },
  ];
}

function unknownObject(
  item: string,
  list: string,
  index: number,
  objects: readonly { name: string }[],
): Finding[] {
  if (!item.startsWith('network:')) return [];
  const name = item.slice('network:'.length);
  if (objects.some((object) => object.name.toLowerCase() === name.toLowerCase())) return [];
  return [
    {
      field: `${list}.${index}.value`,
      code: 'unknownNetwork',
      related: [{ section: 'accessLists', field: 'networks' }],
      message: text(
        `именованной сети «${name}» нет: добавьте её в {networks} или исправьте запись`,
        `there is no named network “${name}”: add it to {networks} or correct the entry`,
      ),
    },
  ];
}
