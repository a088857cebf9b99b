import { expect, test } from 'vitest';
import { commandLine } from './command-line.ts';

test('a change reads as one command: words for switches, quotes where the shell needs them, secrets from a file', () => {
  const changes = [
    {
      section: 'relay',
      expectedRevision: 1,
      patch: { port: 465, smtps: true },
      secrets: { password: 'top' },
    },
    { section: 'dnsbl', expectedRevision: 2, patch: { zones: ["a'b.test"] } },
  ];
  expect(commandLine(changes)).toBe(
    String.raw`pochtar settings set relay.port=465 relay.smtps=on dnsbl.zones='["a'\''b.test"]' --secret relay.password < password-file`,
  );
});
