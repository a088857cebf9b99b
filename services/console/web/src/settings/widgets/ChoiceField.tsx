// A choice: up to four are rows with what follows from each; more are a list to open; a single one is plain text.
import { useWords } from '../../i18n/index.ts';
import { Stack } from '../../ui/controls.ts';
import { Radio } from '../../ui/inputs.tsx';
import { ListChoice } from '../../ui/ListChoice.tsx';
import type { WidgetProps } from './types.ts';

export function ChoiceField({ id, field, value, set, describedBy, isInvalid }: WidgetProps) {
  const { say } = useWords();
  if (field.input.kind !== 'choice') return null;
  const { options } = field.input;
  const [only] = options;
  if (options.length === 1 && only !== undefined) return <p className="f-only">{say(only.label)}</p>;
  const choose = (written: string) => {
    const option = options.find((one) => String(one.value) === written);
    if (option !== undefined) set(option.value);
  };
  const hasConsequences = options.some(({ consequence }) => consequence !== undefined);
  if (options.length <= 4 && (hasConsequences || typeof value === 'string')) {
    return (
      // The component library names the box around its group, and not the group.
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      <div
        id={id}
        role="radiogroup"
        aria-labelledby={`${id}--label`}
        aria-describedby={describedBy}
        aria-invalid={isInvalid || undefined}
        tabIndex={-1}
      >
        <Stack gap={8}>
          {options.map((option) => (
            <Radio
              key={String(option.value)}
              id={`${id}--${option.value}`}
              name={id}
              value={String(option.value)}
              checked={option.value === value}
              onChange={() => set(option.value)}
              label={say(option.label)}
              description={option.consequence === undefined ? undefined : say(option.consequence)}
            />
          ))}
        </Stack>
      </div>
    );
  }
  return (
    <ListChoice
      id={id}
      className="f-medium"
      value={String(value)}
      onChange={choose}
      options={options.map((option) => ({ value: String(option.value), label: say(option.label) }))}
      isInvalid={isInvalid}
      aria-describedby={describedBy}
    />
  );
}
