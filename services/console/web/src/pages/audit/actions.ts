// The words of an action of the audit log. A newer server may write actions that these pages do not know.
import type { Key } from '../../i18n/keys.ts';
import { audit } from '../../i18n/ru/audit.ts';

export type ActionKey = Extract<Key, `audit.do.${string}`>;

/** Null: it has none. */
export function actionKey(action: string): ActionKey | null {
  const key = `audit.do.${action}`;
  return Object.hasOwn(audit, key) ? (key as ActionKey) : null;
}
