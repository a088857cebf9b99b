// To a field of the settings, by its label; as it is written where this console does not know it.
import type { FormsDescription } from '@pochtar/settings/forms';
import { useWords } from '../i18n/index.ts';
import { Go } from '../ui/Go.tsx';
import { addressOf, describedAt, labelOf, partsOf } from './catalogue.ts';

export function SettingLink({ forms, path: written }: { forms: FormsDescription; path: string }) {
  const { say } = useWords();
  const { section, field } = partsOf(written);
  // Of an item of a list: `zones.2`.
  const path = `${section}.${field.split('.')[0] ?? ''}`;
  const described = describedAt(forms, path);
  if (described === undefined) return written;
  return <Go to={addressOf(forms, path)}>{say(labelOf(described))}</Go>;
}
