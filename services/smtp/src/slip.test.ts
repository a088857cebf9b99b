import { defaultDocument } from '@pochtar/settings';
import { expect, test } from 'vitest';
import { runningFilters, slipFor, type SlipSettings } from './slip.ts';

const off: SlipSettings = {
  antivirus: defaultDocument('antivirus'),
  dkim: { ...defaultDocument('dkim'), verify: false },
  dlp: defaultDocument('dlp'),
  misc: defaultDocument('misc'),
};

test('a filter that is off is not on the slip', () => {
  expect(slipFor('incoming', off)).toEqual([]);
});

test.each(['clamavEnabled', 'kasperskyEnabled', 'drwebEnabled'] as const)(
  '%s puts the antivirus on the slip of incoming and submitted mail',
  (scanner) => {
    const settings = { ...off, antivirus: { ...off.antivirus, [scanner]: true } };
    expect(slipFor('incoming', settings)).toEqual(['antivirus']);
    expect(slipFor('submitted', settings)).toEqual(['antivirus']);
  },
);

test('dkim.verify puts the check of its origin on the slip of incoming mail, behind the antivirus', () => {
  const antivirus = { ...off.antivirus, clamavEnabled: true };
  const settings = { ...off, antivirus, dkim: { ...off.dkim, verify: true } };
  expect(slipFor('incoming', settings)).toEqual(['antivirus', 'dkim']);
  expect(slipFor('submitted', settings)).toEqual(['antivirus']);
});

test('dkim.sign puts the signer on the slip of mail of ours, behind all others', () => {
  const antivirus = { ...off.antivirus, clamavEnabled: true };
  const settings = { ...off, antivirus, dkim: { ...off.dkim, sign: true } };
  expect(slipFor('submitted', settings)).toEqual(['antivirus', 'dkim']);
  expect(slipFor('incoming', settings)).toEqual(['antivirus']);
});

test('misc.useDlp and dlp.enabled together put the DLP filter on the slip, before the signer', () => {
  const misc = { ...off.misc, useDlp: true };
  const signing = { ...off, misc, dkim: { ...off.dkim, sign: true } };
  expect(slipFor('incoming', signing)).toEqual(['dlp']);
  expect(slipFor('submitted', signing)).toEqual(['dlp', 'dkim']);
  expect(slipFor('incoming', { ...signing, dlp: { ...off.dlp, enabled: false } })).toEqual([]);
});

test('a filter that nobody runs is never on a slip, whatever the settings say', () => {
  const settings = {
    ...off,
    dkim: { ...off.dkim, verify: true, sign: true },
    misc: { ...off.misc, useDlp: true },
  };
  for (const origin of ['incoming', 'submitted'] as const) {
    expect(slipFor(origin, settings).filter((filter) => !runningFilters.includes(filter))).toEqual([]);
  }
});
