// A number that is typed; what is none makes the form wait.
import { useState } from 'react';
import { TextInput } from '../../ui/controls.ts';

interface NumberFieldProps {
  label: string;
  description?: string;
  value: number;
  onChange: (value: number) => void;
  readOnly: boolean;
}

export function NumberField({ value, onChange, ...rest }: NumberFieldProps) {
  const [text, setText] = useState(Number.isNaN(value) ? '' : String(value));
  return (
    <TextInput
      {...rest}
      value={text}
      inputMode="decimal"
      maxLength={7}
      autoComplete="off"
      onChange={(event) => {
        const typed = event.currentTarget.value;
        setText(typed);
        onChange(typed.trim() === '' ? Number.NaN : Number(typed.replace(',', '.')));
      }}
    />
  );
}
