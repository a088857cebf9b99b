// A field that narrows a list, a moment after the last key; `/` leads to it.
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { TextInput } from './controls.ts';

interface FilterProps {
  label: string;
  value: string;
  placeholder?: string;
  onChange: (value: string) => void;
}

const quietMs = 300;

export function FilterField({ label, value, placeholder, onChange }: FilterProps) {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  const [told, setTold] = useState(value);
  if (value !== seen) {
    setSeen(value);
    // What was told comes back while one types on; anything else was set elsewhere, as by «Reset the filters».
    if (value !== told) setText(value);
  }
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => {
      setTold(text);
      onChange(text);
    }, quietMs);
    return () => clearTimeout(timer);
    // oxlint-disable-next-line react/exhaustive-deps -- only typing counts
  }, [text]);
  return (
    <TextInput
      label={label}
      value={text}
      placeholder={placeholder}
      onChange={(event) => setText(event.currentTarget.value)}
      leftSection={<IconSearch size={16} aria-hidden />}
      data-filter
      autoComplete="off"
    />
  );
}
