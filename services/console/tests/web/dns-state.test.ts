import { expect, test } from 'vitest';
import { type DnsRecord, shortServerName } from '../../web/src/pages/domains/dns-state.ts';

test('a server with a name of one word is told to get a full one before its records are published', () => {
  expect(shortServerName([mx, helo('vm')])).toBe('vm');
  expect(shortServerName([mx, helo('mail.firma.test')])).toBeNull();
});

const state = { state: 'notChecked' as const, found: [], remark: null, isOptional: false };
const mx: DnsRecord = { ...state, purpose: 'mx', name: 'firma.test', type: 'MX', value: '10 vm' };

function helo(name: string): DnsRecord {
  return { ...state, purpose: 'helo', name, type: 'A', value: null };
}
