import { expect, test } from 'vitest';
import { type MailFigures, mailRemarks } from './mail-remarks.ts';

const none = { count: 0, oldestAt: null };
const well: MailFigures = {
  ...{ waiting: 0, waitingBefore: 0, disk: null },
  held: { filter: none, poison: none, person: none, volume: none },
};
const since = (count: number, day: string) => ({ count, oldestAt: new Date(day) });
const codes = (figures: Partial<MailFigures>): string[] =>
  mailRemarks({ ...well, ...figures }).map(({ code, tone }) => `${code} ${tone}`);

test.each<[string, Partial<MailFigures>, string[]]>([
  ['nothing waits', {}, []],
  [
    'a queue that has doubled, and by more than a few',
    { waiting: 120, waitingBefore: 60 },
    ['queueGrows warn'],
  ],
  ['a few more are no trouble', { waiting: 49, waitingBefore: 0 }, []],
  ['a long queue that stays as it is', { waiting: 1050, waitingBefore: 1000 }, []],
  ['nobody counted an hour ago', { waiting: 5000, waitingBefore: null }, []],
  [
    'a mail that a filter holds',
    { held: { ...well.held, filter: since(1, '2027-01-31') } },
    ['mailQuarantined warn'],
  ],
  [
    'those that something else holds, each with a way of its own',
    { held: { filter: none, poison: since(1, '2027-01-31'), person: since(2, '2027-01-31'), volume: none } },
    ['mailHeld warn', 'mailHeld warn'],
  ],
  ['a disk near the mark', { disk: { freeBytes: 3 * 512, lowWaterBytes: 512 } }, ['diskLow warn']],
  ['a disk below the mark', { disk: { freeBytes: 511, lowWaterBytes: 512 } }, ['diskLow danger']],
  ['a disk with room', { disk: { freeBytes: 4 * 512, lowWaterBytes: 512 } }, []],
])('%s', (_, figures, expected) => {
  expect(codes(figures)).toEqual(expected);
});

test('what is held is told with its number in the right form, since when, and where it is decided', () => {
  const held = {
    filter: since(3, '2027-01-31T10:00:00Z'),
    poison: since(1, '2027-02-01T10:00:00Z'),
    person: since(21, '2027-02-02T10:00:00Z'),
    volume: since(5, '2027-02-03T10:00:00Z'),
  };
  const told = mailRemarks({ ...well, held }).map(({ message, to }) => [to, message.ru, message.en]);
  expect(told).toEqual([
    [
      '/quarantine',
      '3 письма задержаны фильтрами, самое старое принято 31.01.2027.',
      '3 mails are held by filters, the oldest since 2027-01-31.',
    ],
    [
      '/queue?state=held&holder=poison',
      '1 письмо задержано: его шаг не удался, самое старое принято 01.02.2027.',
      '1 mail is held because a step failed, the oldest since 2027-02-01.',
    ],
    [
      '/queue?state=held&holder=person',
      '21 письмо задержал администратор, самое старое принято 02.02.2027.',
      '21 mails are held by an administrator, the oldest since 2027-02-02.',
    ],
    [
      '/queue?state=held&holder=volume',
      '5 писем задержано: их тела недоступны, самое старое принято 03.02.2027.',
      '5 mails are held because their bodies cannot be read, the oldest since 2027-02-03.',
    ],
  ]);
});
