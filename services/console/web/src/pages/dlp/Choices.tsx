// Several of a few, each with its box.
import { useId } from 'react';
import { Checkbox } from '../../ui/controls.ts';

interface ChoicesProps<Value extends string> {
  label: string;
  description?: string;
  options: readonly { value: Value; label: string }[];
  chosen: readonly Value[];
  onChange: (chosen: Value[]) => void;
  isReadOnly: boolean;
}

export function Choices<Value extends string>(props: ChoicesProps<Value>) {
  const { label, description, options, chosen, onChange, isReadOnly } = props;
  const id = useId();
  const toggle = (one: Value) =>
    onChange(options.flatMap(({ value }) => (chosen.includes(value) !== (value === one) ? value : [])));
  return (
    <fieldset className="d-choices" aria-describedby={description === undefined ? undefined : id}>
      <legend>{label}</legend>
      {description !== undefined && (
        <p id={id} className="p-muted p-small">
          {description}
        </p>
      )}
      <div>
        {options.map((one) => (
          <Checkbox
            key={one.value}
            label={one.label}
            checked={chosen.includes(one.value)}
            disabled={isReadOnly}
            onChange={() => toggle(one.value)}
          />
        ))}
      </div>
    </fieldset>
  );
}
