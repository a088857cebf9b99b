// What of the black lists of the DNS needs a hand, in words: pure.
import type { DnsblZoneInfo, Remark } from '@pochtar/bus';
import { counted, type Noun, type Text, text } from '@pochtar/settings';

type Fault = NonNullable<DnsblZoneInfo['fault']>;

const FAULTS: Readonly<Record<Fault, Text>> = {
  silent: text('не отвечает', 'does not answer'),
  refuses: text('отказывается отвечать нашему серверу DNS', 'refuses to answer the DNS server that we ask'),
  listsEverybody: text('содержит всех подряд', 'lists everybody'),
  empty: text('пуст: в нём нет даже проверочного адреса', 'is empty: it lacks even the test address'),
};

const REMEDIES: Readonly<Record<Fault, Text>> = {
  silent: text(
    'Если список закрыт, уберите его; если не отвечает ни один, проверьте сервер DNS.',
    'If it was given up, remove it; if no list answers, check the DNS server.',
  ),
  refuses: text(
    'Укажите свой сервер DNS вместо публичного или заключите договор со списком; иначе уберите его.',
    'Use a DNS server of your own instead of a public one, or make a contract with the list; otherwise remove it.',
  ),
  listsEverybody: text(
    'Так закрываются списки: уберите его. Кого он успел отвергнуть, показано в этом блоке.',
    'That is how lists end: remove it. Whom it has refused is shown in that block.',
  ),
  empty: text(
    'Если список ваш, добавьте в него 127.0.0.2 (RFC 5782); если закрыт, уберите его.',
    'If it is your own, add 127.0.0.2 to it (RFC 5782); if it was given up, remove it.',
  ),
};

export function faultText(fault: Fault): Text {
  return FAULTS[fault];
}

const clients: Noun = { ru: ['адресу', 'адресам', 'адресам'], en: ['address', 'addresses'] };

export function dnsblRemarks(zones: readonly DnsblZoneInfo[]): Remark[] {
  return zones.flatMap((zone) => {
    const { isConfigured, state, fault } = zone;
    return [
      ...(isConfigured && fault !== null && state !== 'good' ? [atFault(zone, fault)] : []),
      ...(zone.faultyFrom !== null && zone.shut > 0 ? [refusedByMistake(zone)] : []),
    ];
  });
}

function atFault({ zone, state, refusesAll }: DnsblZoneInfo, fault: Fault): Remark {
  const what = FAULTS[fault];
  const then = refusesAll
    ? text(' Из-за него отвергается вся почта.', ' All mail is refused because of it.')
    : state === 'suspended'
      ? text(' Пока так, его не спрашивают.', ' It is not asked while that is so.')
      : text('', '');
  return {
    code: state === 'suspended' ? 'dnsblSuspended' : 'dnsblFailing',
    tone: refusesAll ? 'danger' : 'warn',
    message: text(
      `Чёрный список ${zone} ${what.ru}.${then.ru}`,
      `The black list ${zone} ${what.en}.${then.en}`,
    ),
    advice: REMEDIES[fault],
    to: '/settings/spam#dnsbl.zones',
  };
}

function refusedByMistake({ zone, shut }: DnsblZoneInfo): Remark {
  const number = counted(shut, clients);
  return {
    code: 'dnsblRefused',
    tone: 'warn',
    message: text(
      `Пока список ${zone} был неисправен, он отказал ${number.ru}.`,
      `While the black list ${zone} was at fault, it refused ${number.en}.`,
    ),
    advice: text(
      'Посмотрите, кому, и внесите их на 7 дней в белый список, если отказ был ошибкой.',
      'Look at them, and white-list them for 7 days where that was a mistake.',
    ),
    to: '/settings/spam#dnsbl.zones',
  };
}
