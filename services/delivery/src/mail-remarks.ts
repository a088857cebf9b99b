// What of the mail needs a hand: pure, from the counters. Each says what is, why, and what to do.
import type { Remark } from '@pochtar/bus';
import { counted, type Noun, text } from '@pochtar/settings';

export interface MailFigures {
  waiting: number;
  /** How many waited an hour ago; null: nobody counted. */
  waitingBefore: number | null;
  held: number;
  heldSince: Date | null;
  disk: { freeBytes: number; lowWaterBytes: number } | null;
}

const mails: Noun = { ru: ['письмо', 'письма', 'писем'], en: ['mail', 'mails'] };
const heldMails: Noun = {
  ru: ['письмо задержано', 'письма задержаны', 'писем задержано'],
  en: ['mail is held', 'mails are held'],
};

/** Fewer than this many more are no trouble of their own, however fast they came. */
const GROWS_BY = 50;
const GROWS_TIMES = 2;
/** So many times the mark is near it. */
const NEAR = 4;

export function mailRemarks(figures: MailFigures): Remark[] {
  return [diskRemark(figures), queueRemark(figures), heldRemark(figures)].filter((one) => one !== null);
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

function heldRemark({ held, heldSince }: MailFigures): Remark | null {
  if (held === 0) return null;
  const number = counted(held, heldMails);
  const day = heldSince === null ? '' : heldSince.toISOString().slice(0, 10);
  const since = text(
    day === '' ? '' : `, самое старое принято ${day.split('-').toReversed().join('.')}`,
    day === '' ? '' : `, the oldest since ${day}`,
  );
  return {
    code: 'mailHeld',
    tone: 'warn',
    message: text(`${number.ru}${since.ru}.`, `${number.en}${since.en}.`),
    advice: text(
      'Сами они дальше не пойдут: посмотрите причину и отпустите, верните или удалите их.',
      'They will not move on by themselves: see why, then release, return or delete them.',
    ),
    to: '/queue?state=held',
  };
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
