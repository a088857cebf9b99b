// A list of records as a small table: each cell is its own field, the order changes by buttons.
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react';
import type { FieldInput, RecordField } from '@pochtar/settings/forms';
import { useState } from 'react';
import { useWords } from '../../i18n/index.ts';
import { Button } from '../../ui/controls.ts';
import { IconButton, TextLine } from '../../ui/inputs.tsx';
import { ListChoice } from '../../ui/ListChoice.tsx';
import type { WidgetProps } from './types.ts';

type Entry = Record<string, unknown>;

const shownAtOnce = 50;

/** Cells with an error, such as `2.specialUse`. */
type RecordsProps = WidgetProps & { badCells: ReadonlySet<string> };

export function RecordsField({ id, path, field, value, set, describedBy, badCells }: RecordsProps) {
  const { t, say } = useWords();
  const [count, setCount] = useState(shownAtOnce);
  if (field.input.kind !== 'list' || field.input.item.kind !== 'record') return null;
  const { fields } = field.input.item;
  const entries = (Array.isArray(value) ? value : []) as Entry[];
  const replace = (index: number, ...by: Entry[]) => set(entries.toSpliced(index, 1, ...by));
  const move = (index: number, by: number) => {
    const entry = entries[index];
    if (entry !== undefined) set(entries.toSpliced(index, 1).toSpliced(index + by, 0, entry));
  };
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
    <div
      id={id}
      role="group"
      aria-labelledby={`${id}--label`}
      aria-describedby={describedBy}
      tabIndex={-1}
      className="f-records"
    >
      {entries.slice(0, count).map((entry, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- entries have no other name while they are typed
        <div key={index} className="f-record" id={`${path}.${index}`}>
          {Object.entries(fields).map(([name, described]) => (
            <Cell
              key={name}
              label={t('records.cell', { label: say(described.label), row: index + 1 })}
              described={described}
              value={entry[name]}
              isInvalid={badCells.has(`${index}.${name}`)}
              set={(changed) => replace(index, { ...entry, [name]: changed })}
            />
          ))}
          <span className="f-record-buttons">
            <IconButton
              disabled={index === 0}
              aria-label={t('records.up', { row: index + 1 })}
              onClick={() => move(index, -1)}
            >
              <IconArrowUp size={16} aria-hidden />
            </IconButton>
            <IconButton
              disabled={index === entries.length - 1}
              aria-label={t('records.down', { row: index + 1 })}
              onClick={() => move(index, 1)}
            >
              <IconArrowDown size={16} aria-hidden />
            </IconButton>
            <IconButton aria-label={t('records.remove', { row: index + 1 })} onClick={() => replace(index)}>
              <IconTrash size={16} aria-hidden />
            </IconButton>
          </span>
        </div>
      ))}
      <span className="p-actions">
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => set([...entries, blank(fields)])}
        >
          {t('action.add')}
        </Button>
        {entries.length > count && (
          <Button variant="subtle" size="xs" onClick={() => setCount(count + shownAtOnce)}>
            {t('records.more', { count: entries.length - count })}
          </Button>
        )}
      </span>
    </div>
  );
}

function blank(fields: Readonly<Record<string, RecordField>>): Entry {
  return Object.fromEntries(Object.entries(fields).map(([name, { input }]) => [name, blankOf(input)]));
}

function blankOf(input: FieldInput): unknown {
  if (input.kind === 'choice') return input.options[0]?.value ?? '';
  if (input.kind === 'integer') return input.min;
  if (input.kind === 'boolean') return false;
  return '';
}

interface CellProps {
  label: string;
  described: RecordField;
  value: unknown;
  isInvalid: boolean;
  set: (value: unknown) => void;
}

function Cell({ label, described: { input, label: words }, value, isInvalid, set }: CellProps) {
  const { say } = useWords();
  if (input.kind === 'choice') {
    return (
      <ListChoice
        aria-label={label}
        value={String(value)}
        onChange={set}
        options={input.options.map((option) => ({ value: String(option.value), label: say(option.label) }))}
      />
    );
  }
  const isNumber = input.kind === 'integer';
  return (
    <TextLine
      aria-label={label}
      placeholder={say(words)}
      autoComplete="off"
      value={typeof value === 'string' || typeof value === 'number' ? String(value) : ''}
      isInvalid={isInvalid}
      {...(isNumber && { inputMode: 'numeric' as const })}
      onChange={({ currentTarget: { value: text } }) =>
        set(isNumber && /^\d{1,9}$/.test(text) ? Number(text) : text)
      }
    />
  );
}
