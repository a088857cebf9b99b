// How what the DNS has for a domain looks.
import type { Answer } from '../../api/client.ts';
import type { Translate } from '../../i18n/index.ts';
import type { Tone } from '../../ui/StatusBadge.tsx';

export type DnsRecord = Answer<'GET /domains/:name/dns'>['records'][number];

/** What is not needed is never an alarm. */
export function recordTone({ state, isOptional }: DnsRecord): Tone {
  if (state === 'ok') return 'ok';
  const isWanting = state === 'missing' || state === 'wrong';
  return isWanting && !isOptional ? 'danger' : 'plain';
}

interface Checked {
  checkedAt: string | null;
  problems: number | null;
}

export function domainTone(dns: Checked | null): Tone {
  if (dns?.problems === undefined || dns.problems === null) return 'plain';
  return dns.problems === 0 ? 'ok' : 'warn';
}

export function domainWords(dns: Checked | null, t: Translate): string {
  if (dns === null || dns.checkedAt === null) return t('dns.notChecked');
  if (dns.problems === null) return t('dns.unreachable');
  return dns.problems === 0 ? t('dns.state.ok') : t('dns.problems', { count: dns.problems });
}

/** The server's name where it is none that the DNS can answer: one without a dot, as a new machine often has. */
export function shortServerName(records: readonly DnsRecord[]): string | null {
  const name = records.find(({ purpose }) => purpose === 'helo')?.name;
  return name === undefined || name.includes('.') ? null : name;
}
