// Who is told what: RFC 3461 §4.1 (NOTIFY) and RFC 5321 §4.5.5 (the null reverse path). Pure.
import type { DsnAction } from '@pochtar/mail';

const WORD: Readonly<Record<DsnAction, 'FAILURE' | 'DELAY' | 'SUCCESS'>> = {
  failed: 'FAILURE',
  delayed: 'DELAY',
  delivered: 'SUCCESS',
  relayed: 'SUCCESS',
  expanded: 'SUCCESS',
};

/** Whether the sender is told of this about a recipient with this NOTIFY. */
export function isNoticeWanted(kind: DsnAction, reversePath: string, notify: string | null): boolean {
  // RFC 5321 §4.5.5: nobody is told of what became of a notification.
  if (reversePath === '') return false;
  // RFC 3461 §4.1: without NOTIFY, failures are told, and delays may be.
  if (notify === null) return kind === 'failed' || kind === 'delayed';
  return notify.split(',').includes(WORD[kind]);
}
