// A list that is typed or pasted, one a line.
import { useState } from 'react';
import { Textarea } from '../../ui/controls.ts';

interface LinesProps {
  label: string;
  description: string;
  value: readonly string[];
  onChange: (lines: string[]) => void;
  error?: string | null;
  /** Where blanks and commas part them too. */
  isOfAddresses?: boolean;
  readOnly: boolean;
}

export function LinesField({ value, onChange, error = null, isOfAddresses = false, ...rest }: LinesProps) {
  const [text, setText] = useState(value.join('\n'));
  const [told, setTold] = useState(value);
  // It was set elsewhere, as from a file.
  if (value !== told) {
    setTold(value);
    setText(value.join('\n'));
  }
  const write = (written: string) => {
    const lines = written.split(isOfAddresses ? /[\s,;]+/ : '\n').flatMap((line) => line.trim() || []);
    const each = [...new Set(lines)];
    setText(written);
    setTold(each);
    onChange(each);
  };
  return (
    <Textarea
      {...rest}
      error={error}
      value={text}
      onChange={(event) => write(event.currentTarget.value)}
      autosize
      minRows={2}
      maxRows={10}
      spellCheck={false}
    />
  );
}
