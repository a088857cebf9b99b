// A list of short texts as chips. What is pasted is split; Base DN is such a list too, stored joined by semicolons.
import { useWords } from '../../i18n/index.ts';
import { TagsInput } from '../../ui/controls.ts';
import type { WidgetProps } from './types.ts';

export function ListField({ id, field, value, set, describedBy, isInvalid }: WidgetProps) {
  const { t, say } = useWords();
  const isJoined = field.widget === 'baseDn';
  const items = isJoined
    ? String(value)
        .split(';')
        .filter((one) => one.trim() !== '')
    : Array.isArray(value)
      ? value
      : [];
  return (
    <TagsInput
      id={id}
      className="f-wide"
      value={items.map(String)}
      onChange={(changed) => set(isJoined ? changed.map((one) => one.trim()).join(';') : changed)}
      splitChars={isJoined ? [';', '\n'] : [',', ';', ' ', '\n']}
      data={[...(field.suggestions ?? [])]}
      placeholder={items.length === 0 ? (field.empty === undefined ? t('list.add') : say(field.empty)) : ''}
      acceptValueOnBlur
      error={isInvalid}
      aria-describedby={describedBy}
    />
  );
}
