import { expect, test } from 'vitest';
import { type MailFigures, mailRemarks } from './mail-remarks.ts';

const well: MailFigures = { waiting: 0, waitingBefore: 0, held: 0, heldSince: null, disk: null };
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
  ['a held mail', { held: 1, heldSince: new Date('2027-01-31') }, ['mailHeld warn']],
  ['a disk near the mark', { disk: { freeBytes: 3 * 512, lowWaterBytes: 512 } }, ['diskLow warn']],
  ['a disk below the mark', { disk: { freeBytes: 511, lowWaterBytes: 512 } }, ['diskLow danger']],
  ['a disk with room', { disk: { freeBytes: 4 * 512, lowWaterBytes: 512 } }, []],
])('%s', (_, figures, expected) => {
  expect(codes(figures)).toEqual(expected);
});

test('a remark names the number in the right form and says since when', () => {
  const [remark] = mailRemarks({ ...well, held: 3, heldSince: new Date('2027-01-31T10:00:00Z') });
  expect(remark?.message).toEqual({
    ru: '3 письма задержаны, самое старое принято 31.01.2027.',
    en: '3 mails are held, the oldest since 2027-01-31.',
  });
});
