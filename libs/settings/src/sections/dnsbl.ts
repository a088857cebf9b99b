/** Looking up the addresses of sending servers in public black lists (RFC 5782). */
import { choice, integer, listOf, option, presented, words } from '../field.ts';
import * as formats from '../formats.ts';
import { defineSection, type Finding } from '../section.ts';
import { text } from '../text.ts';
import { milliseconds } from '../units.ts';

const zone = {
  parse: formats.mailDomain,
  maxLength: 253,
  expected: text(
    'укажите имя зоны, например bl.spamcop.net',
    'give the name of a zone, such as bl.spamcop.net',
  ),
};

/** Lists that are run today and that anybody may ask; offered where one is added. */
const livingZones = [
  'bl.spamcop.net',
  'zen.spamhaus.org',
  'b.barracudacentral.org',
  'psbl.surriel.com',
  'dnsbl.dronebl.org',
];

export const dnsbl = defineSection({
  name: 'dnsbl',
  tab: 'spam',
  label: text('Чёрные списки DNSBL', 'DNSBL black lists'),
  help: text(
    'Адрес отправляющего сервера ищется во всех списках сразу. Вошедшие пользователи и адреса из белого списка не проверяются.',
    'The address of the sending server is looked up in all lists at once. Users who logged in and white-listed addresses are not looked up.',
  ),
  appliedBy: ['filter-dnsbl', 'smtp'],
  fields: {
    zones: presented(
      { widget: 'zones', suggestions: livingZones, empty: text('(нет)', '(none)') },
      listOf(
        zone,
        { maxItems: 32, initial: ['bl.spamcop.net'] },
        words(
          'Чёрные списки DNSBL',
          'DNSBL zones',
          'Зоны DNS, в которых ищется адрес. Пусто: проверки нет.',
          'The DNS zones that are asked. Empty: no check.',
        ),
      ),
    ),
    onListed: choice(
      { reject: text('Отвергнуть (5xx)', 'Reject (5xx)') },
      'reject',
      words(
        'Если адрес в списке',
        'When the address is listed',
        'Письмо не принимается; сервер отправителя узнаёт зону и причину.',
        'The mail is not accepted; the sending server is told the zone and the reason.',
      ),
    ),
    onNoAnswer: choice(
      {
        reject: option(
          text('Отвергнуть (5xx)', 'Reject (5xx)'),
          'Одна неработающая зона остановит всю почту.',
          'One dead zone refuses all mail.',
        ),
        defer: option(
          text('Отложить (4xx)', 'Put off (4xx)'),
          'Сервер отправителя повторит попытку позже.',
          'The sending server tries again later.',
        ),
        ignore: option(
          text('Не учитывать', 'Ignore'),
          'Решают списки, которые ответили.',
          'The lists that did answer decide.',
        ),
      },
      'defer',
      words(
        'Если список не отвечает',
        'When a zone does not answer',
        'Отвергнуть: одна неработающая зона остановит всю почту. Зона, которая долго не отвечает, на время отключается.',
        'Reject: one dead zone then refuses all mail. A zone that keeps failing is suspended for a while.',
      ),
    ),
    timeoutMs: integer(
      { min: 500, max: 30_000, initial: 5000, unit: milliseconds },
      words('Время ожидания ответа', 'Time-out', 'На все зоны вместе.', 'For all zones together.'),
    ),
  },
  cautions: ({ onNoAnswer, zones }) => [
    ...(onNoAnswer === 'reject' && zones.length > 0 ? [refusesWithoutAnswer] : []),
    ...zones.flatMap((name, index) => (isDead(name) ? [deadZone(name, index)] : [])),
  ],
});

const refusesWithoutAnswer: Finding = {
  field: 'onNoAnswer',
  code: 'refusesWithoutAnswer',
  message: text(
    'одна зона, которая не отвечает, остановит всю почту: выберите defer',
    'one zone that does not answer refuses all mail: choose defer',
  ),
};

/** Lists that were closed down; some of them answer nothing, some list everybody. */
const deadZones = ['sorbs.net', 'cbl.abuseat.org', 'njabl.org', 'ahbl.org', 'spamcannibal.org', 'ordb.org'];

function isDead(name: string): boolean {
  return deadZones.some((dead) => name === dead || name.endsWith(`.${dead}`));
}

function deadZone(name: string, index: number): Finding {
  return {
    field: `zones.${index}`,
    code: 'deadZone',
    message: text(
      `список ${name} больше не работает: удалите его`,
      `the list ${name} is no longer run: remove it`,
    ),
  };
}
