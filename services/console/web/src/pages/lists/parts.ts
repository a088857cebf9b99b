// What the pages of the lists share: kinds in words, what an entry does, long texts in pieces.
import type { Answer } from '../../api/client.ts';
import { call } from '../../api/client.ts';
import type { Key } from '../../i18n/index.ts';

export type List = 'white' | 'black';
export type Entry = Answer<'GET /lists/:list'>['entries'][number];
export type Line = Answer<'POST /lists/:list/lines'>['lines'][number];
export type Network = Answer<'GET /lists/networks'>['networks'][number];

export const kinds: Record<Entry['kind'], Key> = {
  address: 'lists.kind.address',
  network: 'lists.kind.network',
  namedNetwork: 'lists.kind.namedNetwork',
  domain: 'lists.kind.domain',
  server: 'lists.kind.server',
  mailbox: 'lists.kind.mailbox',
};

/** What an entry does. */
export function effectOf(list: List, { kind, opensRelay }: Pick<Entry, 'kind' | 'opensRelay'>): Key {
  const isName = kind === 'server' || kind === 'mailbox' || kind === 'domain';
  if (list === 'black' && kind === 'domain') return 'lists.effect.refuseHosts';
  if (list === 'black') return isName ? 'lists.effect.refuseSender' : 'lists.effect.refuseClient';
  return isName || !opensRelay ? 'lists.effect.skipChecks' : 'lists.effect.relay';
}

/** Of one question, and of one text. */
const piece = 500;
export const maxLines = 10_000;

interface Sending {
  list: List;
  text: string;
  comment: string;
  dryRun: boolean;
}

/** Puts the lines in pieces; answers what became of each, by its place in the whole text. */
export async function sendLines({ list, text, comment, dryRun }: Sending): Promise<Line[]> {
  const lines = text.split(/\r?\n/);
  const answers: Line[] = [];
  for (let from = 0; from < lines.length; from += piece) {
    const body = { lines: lines.slice(from, from + piece), comment, dryRun };
    const answer = await call('POST /lists/:list/lines', { params: { list }, body });
    answers.push(...answer.lines.map((one) => ({ ...one, line: one.line + from })));
  }
  return withRepeats(answers);
}

/** A line that an earlier piece has is no new one. */
function withRepeats(answers: readonly Line[]): Line[] {
  const seen = new Set<string>();
  return answers.map((one) => {
    if (one.outcome !== 'new' || one.value === undefined) return one;
    if (seen.has(one.value)) return { ...one, outcome: 'exists' as const };
    seen.add(one.value);
    return one;
  });
}

/** An entry as the line that adds it again; one that has ended would be refused with its end. */
export function lineOf({ value, comment, expiresAt, isExpired, opensRelay }: Entry): string {
  const until = expiresAt === null || isExpired ? '' : ` until=${expiresAt}`;
  const relay = opensRelay ? '' : ' relay=no';
  return `${value}${until}${relay}${comment === '' ? '' : ` # ${comment}`}`;
}

/** What a field of date and time says, as the API takes it. */
export function momentOf(local: string): string {
  const time = local === '' ? Number.NaN : Date.parse(local);
  return Number.isNaN(time) ? '' : new Date(time).toISOString();
}

/** The other way. */
export function localOf(iso: string | null): string {
  if (iso === null) return '';
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
