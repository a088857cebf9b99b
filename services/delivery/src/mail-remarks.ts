// What of the mail needs a hand: pure, from the counters. Each says what is, why, and what to do.
import type { HeldBy, Remark } from '@pochtar/bus';
import { counted, type Noun, text } from '@pochtar/settings';
import type { HeldGlance } from '@pochtar/store/queue';

export interface MailFigures {
  waiting: number;
  /** How many waited an hour ago; null: nobody counted. */
  waitingBefore: number | null;
  held: HeldGlance;
  disk: { freeBytes: number; lowWaterBytes: number } | null;
}

const mails: Noun = { ru: ['письмо', 'письма', 'писем'], en: ['mail', 'mails'] };

/** What is said of the mails that somebody holds, and where they are decided. */
const holders: readonly { by: HeldBy; noun: Noun; advice: Remark['advice']; to: string }[] = [
  {
    by: 'filter',
    noun: {
      ru: ['письмо задержано фильтром', 'письма задержаны фильтрами', 'писем задержано фильтрами'],
      en: ['mail is held by a filter', 'mails are held by filters'],
    },
    advice: text(
      'Сами они дальше не пойдут: посмотрите, что нашёл фильтр, и отпустите или удалите их.',
      'They will not move on by themselves: see what the filter found, then release or delete them.',
    ),
    to: '/quarantine',
  },
  {
    by: 'poison',
    noun: {
      ru: [
        'письмо задержано: его шаг не удался',
        'письма задержаны: их шаг не удался',
        'писем задержано: их шаг не удался',
      ],
      en: ['mail is held because a step failed', 'mails are held because a step failed'],
    },
    advice: text(
      'Сами они дальше не пойдут: посмотрите причину и устраните её, затем отпустите их.',
      'They will not move on by themselves: see why and mend it, then release them.',
    ),
    to: '/queue?state=held&holder=poison',
  },
  {
    by: 'person',
    noun: {
      ru: ['письмо задержал администратор', 'письма задержал администратор', 'писем задержал администратор'],
      en: ['mail is held by an administrator', 'mails are held by an administrator'],
    },
    advice: text(
      'Сами они дальше не пойдут: отпустите, верните или удалите их.',
      'They will not move on by themselves: release, return or delete them.',
    ),
    to: '/queue?state=held&holder=person',
  },
  {
    by: 'volume',
    noun: {
      ru: [
        'письмо задержано: его тело недоступно',
        'письма задержаны: их тела недоступны',
        'писем задержано: их тела недоступны',
      ],
      en: [
        'mail is held because its body cannot be read',
        'mails are held because their bodies cannot be read',
      ],
    },
    advice: text(
      'Верните диск или хранилище, где лежат их тела, и отпустите их.',
      'Bring back the disk or store that has their bodies, then release them.',
    ),
    to: '/queue?state=held&holder=volume',
  },
];

/** Fewer than this many more are no trouble of their own, however fast they came. */
const GROWS_BY = 50;
const GROWS_TIMES = 2;
/** So many times the mark is near it. */
const NEAR = 4;

export function mailRemarks(figures: MailFigures): Remark[] {
  const single = [diskRemark(figures), queueRemark(figures)].filter((one) => one !== null);
  return [...single, ...heldRemarks(figures)];
}

function queueRemark({ waiting, waitingBefore }: MailFigures): Remark | null {
  if (waitingBefore === null) return null;
  if (waiting < waitingBefore + GROWS_BY || waiting < waitingBefore * GROWS_TIMES) return null;
  const [now, before] = [counted(waiting, mails), counted(waitingBefore, mails)];
  return {
    code: 'queueGrows',
    tone: 'warn',
    message: text(
      `Очередь растёт: ${now.ru}, а час назад было ${before.ru}.`,
      `The queue is growing: ${now.en}, up from ${before.en} an hour ago.`,
    ),
    advice: text(
      'Посмотрите по направлениям, какой сервер не принимает почту и что отвечает.',
      'See by destination which server is not taking mail, and what it says.',
    ),
    to: '/queue?tab=destinations',
  };
}

/** What a filter holds is decided in the quarantine, anything else in the queue. */
function heldRemarks({ held }: MailFigures): Remark[] {
  return holders.flatMap(({ by, noun, advice, to }): Remark[] => {
    if (held[by].count === 0) return [];
    const code = by === 'filter' ? 'mailQuarantined' : 'mailHeld';
    return [{ code, tone: 'warn', message: heldMessage(held[by], noun), advice, to }];
  });
}

function heldMessage({ count, oldestAt }: HeldGlance[HeldBy], noun: Noun): Remark['message'] {
  const number = counted(count, noun);
  if (oldestAt === null) return text(`${number.ru}.`, `${number.en}.`);
  const day = oldestAt.toISOString().slice(0, 10);
  return text(
    `${number.ru}, самое старое принято ${day.split('-').toReversed().join('.')}.`,
    `${number.en}, the oldest since ${day}.`,
  );
}

function diskRemark({ disk }: MailFigures): Remark | null {
  if (disk === null || disk.freeBytes >= NEAR * disk.lowWaterBytes) return null;
  const isLow = disk.freeBytes < disk.lowWaterBytes;
  const [free, mark] = [megabytes(disk.freeBytes), megabytes(disk.lowWaterBytes)];
  return {
    code: 'diskLow',
    tone: isLow ? 'danger' : 'warn',
    message: isLow
      ? text(
          `Почта не принимается: на диске для писем свободно ${free} Мб, меньше порога ${mark} Мб.`,
          `No mail is being accepted: the mail disk has ${free} MB free, below the mark of ${mark} MB.`,
        )
      : text(
          `На диске для писем свободно ${free} Мб. Ниже ${mark} Мб почта не принимается.`,
          `The mail disk has ${free} MB free. Below ${mark} MB no mail is accepted.`,
        ),
    advice: text('Освободите место или увеличьте диск.', 'Free up space or enlarge the disk.'),
    to: '/settings/more#alerts.diskLowWaterMb',
  };
}

function megabytes(bytes: number): number {
  return Math.floor(bytes / 1024 / 1024);
}
