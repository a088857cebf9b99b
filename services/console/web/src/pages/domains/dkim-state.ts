// How a key that mail is signed with looks.
import type { Answer } from '../../api/client.ts';
import type { Translate } from '../../i18n/index.ts';
import type { Tone } from '../../ui/StatusBadge.tsx';

export type DkimKey = Answer<'GET /domains/:name/dkim'>['keys'][number];

/** One that signs and is not in the DNS does harm; one that waits does none. */
export function keyTone({ state, found }: Pick<DkimKey, 'state' | 'found'>): Tone {
  if (state === 'retired' || state === 'prepared') return 'plain';
  if (state === 'published') return 'warn';
  return found === 'missing' || found === 'wrong' || found === 'revoked' ? 'danger' : 'ok';
}

/** What the DNS has of a key, in the words of its other records. */
export const foundState = {
  ok: 'ok',
  missing: 'missing',
  wrong: 'wrong',
  revoked: 'wrong',
  unanswered: 'unknown',
} as const;

type Signing = Answer<'GET /domains'>['domains'][number]['dkim'];

export function signingTone(dkim: Signing): Tone {
  return dkim === 'active' ? 'ok' : 'plain';
}

export function signingWords(dkim: Signing, t: Translate): string {
  return dkim === 'waiting' ? t('dkim.state.prepared') : t(`dkim.domain.${dkim}`);
}
