// What of the server and its domains needs a hand: pure, from what is known already. Each says what is, why, and what to do.
import type { CertificateInfo, Remark, SectionStatus } from '@pochtar/bus';
import {
  absentPrograms,
  appliedState,
  catalogue,
  counted,
  isSectionName,
  type Noun,
  text,
} from '@pochtar/settings';

/** A change is taken over within a second; a process that needs longer is behind. */
const BEHIND_AFTER_MS = 10_000;
/** Of each kind, so many are named; the others are counted. */
const MOST = 10;

export interface SectionFacts extends Pick<SectionStatus, 'name' | 'revision' | 'appliedBy' | 'processes'> {
  changedAt: Date;
}

const sections: Noun = { ru: ['раздел', 'раздела', 'разделов'], en: ['section', 'sections'] };

/** `isComplete`: every process has had the time to report. */
export function processRemarks(facts: readonly SectionFacts[], isComplete: boolean, now: Date): Remark[] {
  return [
    ...(isComplete ? absent(facts) : []),
    ...facts.flatMap((section) => failures(section)),
    ...behind(facts, now),
  ];
}

function absent(facts: readonly SectionFacts[]): Remark[] {
  return absentPrograms(facts).map((program) => ({
    code: 'processAbsent',
    tone: 'danger' as const,
    message: text(`Программа ${program} не запущена.`, `${program} is not running.`),
    advice: text(
      `Запустите её (./pochtar up) и посмотрите её журнал: ./pochtar logs ${program}.`,
      `Start it (./pochtar up) and look at its log: ./pochtar logs ${program}.`,
    ),
    to: '/processes',
  }));
}

function failures({ name, revision, processes }: SectionFacts): Remark[] {
  const failed = processes.filter((report) => appliedState(report, revision) === 'failed');
  const [first] = failed;
  if (first === undefined || !isSectionName(name)) return [];
  const { label } = catalogue[name];
  const why = first.problem?.text ?? text(first.error ?? '', first.error ?? '');
  const who = failed.length > 1 ? `${first.process} (${failed.length})` : first.process;
  return [
    {
      code: 'notApplied',
      tone: 'danger',
      message: text(
        `${who}: раздел «${label.ru}» не применён. ${why.ru}`.slice(0, 4000),
        `${who}: the section “${label.en}” is not applied. ${why.en}`.slice(0, 4000),
      ),
      advice: text(
        'Процесс работает с прежними значениями: исправьте причину или верните прежнюю ревизию.',
        'It keeps running with the previous values: fix the cause or roll the section back.',
      ),
      to: '/processes',
    },
  ];
}

function behind(facts: readonly SectionFacts[], now: Date): Remark[] {
  const late = new Map<string, number>();
  for (const { revision, changedAt, processes } of facts) {
    if (now.getTime() - changedAt.getTime() < BEHIND_AFTER_MS) continue;
    for (const report of processes) {
      if (appliedState(report, revision) !== 'applying') continue;
      late.set(report.instance, (late.get(report.instance) ?? 0) + 1);
    }
  }
  return [...late].slice(0, MOST).map(([instance, count]) => {
    const number = counted(count, sections);
    return {
      code: 'processBehind',
      tone: 'warn' as const,
      message: text(
        `${instance} отстаёт: ${number.ru} ещё с прежними значениями.`,
        `${instance} is behind: ${number.en} still on the previous values.`,
      ),
      advice: text(
        `Если так и останется, перезапустите процесс и посмотрите его журнал.`,
        `If it stays that way, restart the process and look at its log.`,
      ),
      to: '/processes',
    };
  });
}

const days: Noun = { ru: ['день', 'дня', 'дней'], en: ['day', 'days'] };
const tones = { notice: 'notice', warning: 'warn', critical: 'danger', expired: 'danger' } as const;

/** Those that are shown to somebody; what is made here is renewed by itself. */
export function certificateRemarks(certificates: readonly CertificateInfo[]): Remark[] {
  return certificates.flatMap(({ name, origin, isCa, state, daysLeft }) => {
    if (isCa || origin === 'generated' || state === 'valid' || state === 'notYet') return [];
    const left = counted(daysLeft, days);
    const isOver = state === 'expired';
    return [
      {
        code: 'certificateEnds',
        tone: tones[state],
        message: isOver
          ? text(`Сертификат «${name}» истёк.`, `The certificate “${name}” has expired.`)
          : text(
              `Сертификат «${name}» истекает через ${left.ru}.`,
              `The certificate “${name}” expires in ${left.en}.`,
            ),
        advice: isOver
          ? text(
              'Почтовые программы не доверяют серверу: загрузите новый.',
              'Mail programs no longer trust the server: upload a new one.',
            )
          : text(
              'Получите новый и загрузите его на место этого.',
              'Get a new one and replace this one with it.',
            ),
        to: '/certificates',
      },
    ];
  });
}

const records: Noun = { ru: ['запись', 'записи', 'записей'], en: ['record', 'records'] };
const domainsNoun: Noun = { ru: ['домене', 'доменах', 'доменах'], en: ['domain', 'domains'] };

export interface DomainFacts {
  name: string;
  dns: { problems: number | null } | null;
  dkim: 'none' | 'waiting' | 'active';
}

/** With dkim.sign: the mail of a domain without a key that is published leaves unsigned, which nobody sees in the mail. */
export function signingRemarks(domains: readonly DomainFacts[]): Remark[] {
  const unsigned = domains.filter(({ dkim }) => dkim !== 'active');
  const [first] = unsigned;
  if (first === undefined) return [];
  const number = counted(unsigned.length, domainsOf);
  const isOne = unsigned.length === 1;
  return [
    {
      code: 'dkimUnsigned',
      tone: 'warn',
      message: isOne
        ? text(
            `Письма домена ${first.name} уходят без подписи DKIM.`,
            `The mail of ${first.name} leaves without a DKIM signature.`,
          )
        : text(
            `Письма ${number.ru} уходят без подписи DKIM.`,
            `The mail of ${number.en} leaves without a DKIM signature.`,
          ),
      advice: text(
        'Создайте ключ и опубликуйте его запись: как только она появится в DNS, письма будут подписаны.',
        'Make a key and publish its record: as soon as the DNS has it, mail is signed.',
      ),
      to: isOne ? `/domains/${first.name}/dkim` : '/domains',
    },
  ];
}

export function domainRemarks(domains: readonly DomainFacts[]): Remark[] {
  const wanting = domains.filter(({ dns }) => (dns?.problems ?? 0) > 0);
  const unseen = domains.filter(({ dns }) => dns === null);
  const named = wanting.slice(0, MOST).map(({ name, dns }): Remark => {
    const number = counted(dns?.problems ?? 0, records);
    return {
      code: 'dnsWanting',
      tone: 'warn',
      message: text(
        `${name}: в DNS надо исправить ${number.ru}.`,
        `${name}: ${number.en} in its DNS ${dns?.problems === 1 ? 'needs' : 'need'} fixing.`,
      ),
      advice: text(
        'Что должно быть в зоне, написано на странице домена.',
        'The page of the domain says what its zone should have.',
      ),
      to: `/domains/${name}/dns`,
    };
  });
  const more = wanting.length - named.length;
  return [
    ...named,
    ...(more > 0 ? [moreDomains(more)] : []),
    ...(unseen.length > 0 ? [unseenDomains(unseen)] : []),
  ];
}

const domainsOf: Noun = { ru: ['домена', 'доменов', 'доменов'], en: ['domain', 'domains'] };

function moreDomains(count: number): Remark {
  const number = counted(count, domainsNoun);
  return {
    code: 'dnsWanting',
    tone: 'warn',
    message: text(
      `Замечания к DNS есть ещё в ${number.ru}.`,
      `DNS records need fixing for ${number.en} more.`,
    ),
    advice: text('Они отмечены в списке доменов.', 'The list of domains marks them.'),
    to: '/domains',
  };
}

function unseenDomains(domains: readonly DomainFacts[]): Remark {
  const [first] = domains;
  const name = first?.name ?? '';
  const number = counted(domains.length, domainsOf);
  return {
    code: 'dnsNotChecked',
    tone: 'notice',
    message:
      domains.length === 1
        ? text(`DNS домена ${name} ещё не проверялся.`, `The DNS of ${name} has not been checked yet.`)
        : text(`DNS ${number.ru} ещё не проверялся.`, `The DNS of ${number.en} has not been checked yet.`),
    advice: text(
      'Проверьте записи: без них письма попадают в спам или не приходят.',
      'Check the records: without them mail is taken for spam or never arrives.',
    ),
    to: domains.length === 1 ? `/domains/${name}/dns` : '/domains',
  };
}
