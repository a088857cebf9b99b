// A choice from a list, drawn closed. The component library's own takes its place when it is first opened: a page has many,
// each as dear as fifty plain inputs.
import { type KeyboardEvent, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { Select } from './controls.ts';
import { TextLine } from './inputs.tsx';

interface ListChoiceProps {
  id?: string;
  className?: string;
  value: string;
  options: readonly { value: string; label: string }[];
  onChange: (value: string) => void;
  isInvalid?: boolean;
  'aria-label'?: string;
  'aria-describedby'?: string | undefined;
}

export function ListChoice({
  className = '',
  options,
  onChange,
  isInvalid = false,
  ...rest
}: ListChoiceProps) {
  const [isMade, setIsMade] = useState(false);
  const made = useRef<HTMLInputElement>(null);
  if (isMade) {
    return (
      <Select
        ref={made}
        className={className}
        data={options}
        onChange={(value) => value !== null && onChange(value)}
        error={isInvalid}
        {...rest}
      />
    );
  }
  /** What would open it is done to the one that is made. */
  function open(as: (input: HTMLInputElement) => void): void {
    flushSync(() => setIsMade(true));
    made.current?.focus({ preventScroll: true });
    if (made.current !== null) as(made.current);
  }
  function onKeyDown(event: KeyboardEvent): void {
    const { key, code } = event;
    if (!opening.has(code)) return;
    event.preventDefault();
    open((input) =>
      input.dispatchEvent(new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true })),
    );
  }
  return (
    <div className={`p-list-choice ${className}`}>
      <TextLine
        {...rest}
        value={options.find(({ value }) => value === rest.value)?.label ?? ''}
        isInvalid={isInvalid}
        readOnly
        // oxlint-disable-next-line jsx-a11y/role-has-required-aria-props -- closed, it has nothing to control
        role="combobox"
        aria-haspopup="listbox"
        aria-expanded={false}
        autoComplete="off"
        onClick={() => open((input) => input.click())}
        onKeyDown={onKeyDown}
      />
      <svg viewBox="0 0 15 15" aria-hidden>
        <path d={arrows} fill="currentColor" fillRule="evenodd" clipRule="evenodd" />
      </svg>
    </div>
  );
}

const opening: ReadonlySet<string> = new Set(['ArrowDown', 'ArrowUp', 'Enter', 'NumpadEnter', 'Space']);

/** As the component library draws them. */
const arrows =
  'M4.93179 5.43179C4.75605 5.60753 4.75605 5.89245 4.93179 6.06819C5.10753 6.24392 5.39245 6.24392 5.56819 6.06819L7.49999 4.13638L9.43179 6.06819C9.60753 6.24392 9.89245 6.24392 10.0682 6.06819C10.2439 5.89245 10.2439 5.60753 10.0682 5.43179L7.81819 3.18179C7.73379 3.0974 7.61933 3.04999 7.49999 3.04999C7.38064 3.04999 7.26618 3.0974 7.18179 3.18179L4.93179 5.43179ZM10.0682 9.56819C10.2439 9.39245 10.2439 9.10753 10.0682 8.93179C9.89245 8.75606 9.60753 8.75606 9.43179 8.93179L7.49999 10.8636L5.56819 8.93179C5.39245 8.75606 5.10753 8.75606 4.93179 8.93179C4.75605 9.10753 4.75605 9.39245 4.93179 9.56819L7.18179 11.8182C7.35753 11.9939 7.64245 11.9939 7.81819 11.8182L10.0682 9.56819Z';
