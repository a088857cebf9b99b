import { dlpDefinition } from '@pochtar/bus';
import { defaultSettings } from '@pochtar/settings';
import { expect, test } from 'vitest';
import { judge } from './judge.ts';

test('a rule on the kind `ole` means every kind of compound file, as it did before they had kinds of their own', () => {
  const { dlp } = defaultSettings();
  const actionOf = (types: string[], kind: string) => {
    const definition = dlpDefinition.parse({ conditions: [{ kind: 'type', types }], action: 'reject' });
    const recipients = [{ address: 'b@b.test', direction: 'outgoing' as const }];
    const files = [{ name: 'a', kind, bytes: 1 }];
    const seen = { bytes: 1, files, unread: [], searches: [], findings: [], documents: [] };
    return judge([{ name: 'R', definition }], { sender: 'a@a.test', recipients }, seen, dlp).recipients[0]
      ?.action;
  };
  for (const kind of ['ole', 'doc', 'xls', 'ppt', 'msg']) expect(actionOf(['ole'], kind)).toBe('reject');
  expect(actionOf(['ole'], 'tnef')).toBe('accept');
  expect(actionOf(['doc'], 'xls')).toBe('accept');
  expect(actionOf(['doc'], 'doc')).toBe('reject');
});
