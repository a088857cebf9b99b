// A time as it is read, with the exact one and its zone beside the pointer.
import { formatExact, formatRelative, formatTime } from '../i18n/format.ts';
import { useWords } from '../i18n/index.ts';

export function Time({ at, relative = false }: { at: string | null; relative?: boolean }) {
  const { language } = useWords();
  if (at === null) return <span className="p-muted">—</span>;
  const shown = relative ? formatRelative(at, language) : formatTime(at, language);
  return (
    <time dateTime={at} title={formatExact(at, language)}>
      {shown}
    </time>
  );
}
