import { expect, test } from 'vitest';
import { parseFirstSettings } from './first-settings.ts';

const volume = { name: 'mail', kind: 'directory', config: { path: '/srv/mail' } };

test('ports and a volume are taken over', () => {
  const parsed = parseFirstSettings(JSON.stringify({ settings: { network: { smtpPort: 2525 } }, volume }));
  expect(parsed).toEqual({ settings: { network: { smtpPort: 2525 } }, volume });
});

test.each([
  [{ settings: { network: { smtpPort: 70_000 } } }, /settings\.network\.smtpPort/],
  [{ settings: { nothing: {} } }, /settings\.nothing/],
  [{ settings: { network: { smtpPort: 143 } } }, /143/],
  [{ volume: { ...volume, kind: 'tape' } }, /volume\.kind/],
  [{ volumes: [] }, /volumes/],
])('%j is refused with the field named', (document, message) => {
  expect(() => parseFirstSettings(JSON.stringify(document))).toThrow(message);
});
