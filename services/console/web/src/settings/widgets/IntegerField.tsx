// A whole number as text: nothing is clamped or mended behind one's back; what is out of bounds stays and says so.
import { formatMinutes, formatSize } from '../../i18n/format.ts';
import { useWords } from '../../i18n/index.ts';
import { TextLine } from '../../ui/inputs.tsx';
import type { WidgetProps } from './types.ts';

export function IntegerField({ id, field, value, set, describedBy, isInvalid }: WidgetProps) {
  const { language, say } = useWords();
  const unit = field.input.kind === 'integer' ? field.input.unit : undefined;
  const reading = typeof value === 'number' ? readingOf(value, unit?.measure, language) : null;
  return (
    <div className="f-number">
      <TextLine
        id={id}
        className="f-narrow"
        inputMode="numeric"
        autoComplete="off"
        value={typeof value === 'number' || typeof value === 'string' ? String(value) : ''}
        onChange={(event) => set(parsed(event.currentTarget.value))}
        isInvalid={isInvalid}
        aria-describedby={describedBy}
      />
      {unit !== undefined && <span className="p-muted">{say(unit)}</span>}
      {reading !== null && <span className="p-muted p-small">= {reading}</span>}
    </div>
  );
}

function parsed(text: string): number | string {
  const trimmed = text.trim();
  return /^-?\d{1,15}$/.test(trimmed) ? Number(trimmed) : text;
}

/** Large numbers of small units in larger ones. */
function readingOf(value: number, measure: string | undefined, language: 'ru' | 'en'): string | null {
  if (measure === 'minute' && value >= 60) return formatMinutes(value, language);
  if (measure === 'hour' && value >= 24) return formatMinutes(value * 60, language);
  if (measure === 'second' && value >= 120) return formatMinutes(value / 60, language);
  if (measure === 'megabyte' && value >= 1024) return formatSize(value * 1024 * 1024, language);
  return null;
}
