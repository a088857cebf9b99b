// A line of text; with values to offer where the catalogue has some.
import { useWords } from '../../i18n/index.ts';
import { TextLine } from '../../ui/inputs.tsx';
import type { WidgetProps } from './types.ts';

export function TextField({ id, field, value, set, describedBy, isInvalid }: WidgetProps) {
  const { say } = useWords();
  const { suggestions = [], empty } = field;
  return (
    <>
      <TextLine
        id={id}
        className="f-medium"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        value={typeof value === 'string' ? value : ''}
        onChange={(event) => set(event.currentTarget.value)}
        {...(empty !== undefined && { placeholder: say(empty) })}
        isInvalid={isInvalid}
        aria-describedby={describedBy}
        {...(suggestions.length > 0 && { list: `${id}--offers` })}
      />
      {suggestions.length > 0 && (
        <datalist id={`${id}--offers`}>
          {suggestions.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </datalist>
      )}
    </>
  );
}
