// The one table of the console: rows of a page, a selection, cards on a telephone. Letters and arrows move the focus
// between rows and never open one.
import { isValidElement, type KeyboardEvent, type MouseEvent, type ReactNode, useRef } from 'react';
import { useWords } from '../i18n/index.ts';
import { Checkbox, Skeleton } from './controls.ts';
import { Foreign } from './Foreign.tsx';
import { useNarrow } from './narrow.ts';
import { Failure } from './Notice.tsx';
import { onRowKey } from './row-keys.ts';
import { Time } from './Time.tsx';

export interface Column<Row> {
  key: string;
  title: string;
  cell: (row: Row) => ReactNode;
  /** Numbers stand at the end. */
  isEnd?: boolean;
  /** Left out of the cards. */
  isWide?: boolean;
}

export interface Selection {
  keys: ReadonlySet<string>;
  onChange: (keys: ReadonlySet<string>) => void;
}

interface DataTableProps<Row> {
  label: string;
  rows: readonly Row[] | undefined;
  /** The first one names the row. */
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  rowName?: (row: Row) => string;
  isFetching?: boolean;
  error?: unknown;
  onRetry?: () => unknown;
  onOpen?: (row: Row) => void;
  selection?: Selection | undefined;
  /** What to say where there are no rows. */
  empty: ReactNode;
}

export function DataTable<Row>(props: DataTableProps<Row>) {
  const isNarrow = useNarrow();
  const { rows, error, onRetry } = props;
  if (rows === undefined && error !== undefined && error !== null) {
    return <Failure error={error} {...(onRetry !== undefined && { onRetry })} />;
  }
  if (rows === undefined) return <Waiting />;
  return (
    <div className="p-table-frame" aria-busy={props.isFetching ?? false}>
      {(props.isFetching ?? false) && <div className="p-refetch" aria-hidden />}
      {error !== undefined && error !== null && (
        <Failure error={error} {...(onRetry !== undefined && { onRetry })} />
      )}
      {rows.length === 0 ? (
        props.empty
      ) : isNarrow ? (
        <Cards {...props} rows={rows} />
      ) : (
        <Rows {...props} rows={rows} />
      )}
    </div>
  );
}

function Waiting() {
  const { t } = useWords();
  return (
    <div className="p-table-frame" role="status" aria-label={t('state.loading')}>
      {[1, 2, 3, 4, 5].map((row) => (
        <Skeleton key={row} height={20} m={10} width="auto" />
      ))}
    </div>
  );
}

type Filled<Row> = DataTableProps<Row> & { rows: readonly Row[] };

function useSelection<Row>({ rows, rowKey, selection }: Filled<Row>) {
  const keys = rows.map(rowKey);
  const isAll = selection !== undefined && keys.length > 0 && keys.every((key) => selection.keys.has(key));
  const toggle = (key: string) => {
    if (selection === undefined) return;
    const changed = new Set(selection.keys);
    if (!changed.delete(key)) changed.add(key);
    selection.onChange(changed);
  };
  const toggleAll = () => selection?.onChange(new Set(isAll ? [] : keys));
  return { isAll, isSome: (selection?.keys.size ?? 0) > 0 && !isAll, toggle, toggleAll };
}

function Rows<Row>(props: Filled<Row>) {
  const { t } = useWords();
  const { columns, rows, rowKey, selection, onOpen } = props;
  const { isAll, isSome, toggle, toggleAll } = useSelection(props);
  const body = useRef<HTMLTableSectionElement>(null);
  return (
    <div className="p-table-scroll">
      <table className="p-table" aria-label={props.label}>
        <thead>
          <tr>
            {selection !== undefined && (
              <th scope="col">
                <Checkbox
                  aria-label={t('table.selectAll')}
                  checked={isAll}
                  indeterminate={isSome}
                  onChange={toggleAll}
                />
              </th>
            )}
            {columns.map(({ key, title, isEnd }) => (
              <th key={key} scope="col" data-end={isEnd === true ? '' : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row, index) => (
            <tr
              key={rowKey(row)}
              data-row
              {...(selection !== undefined && { 'aria-selected': selection.keys.has(rowKey(row)) })}
              {...opening({ row, index, onOpen, toggle: () => toggle(rowKey(row)) })}
            >
              {selection !== undefined && (
                <td>
                  <Choice {...props} row={row} toggle={toggle} tabIndex={-1} />
                </td>
              )}
              {columns.map(({ key, cell, isEnd }) => (
                <td key={key} data-end={isEnd === true ? '' : undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface Opening<Row> {
  row: Row;
  index: number;
  onOpen: ((row: Row) => void) | undefined;
  toggle: () => void;
}

/** What makes a row or a card of something that opens: one of them takes the focus, keys move it. */
function opening<Row>({ row, index, onOpen, toggle }: Opening<Row>) {
  if (onOpen === undefined) return {};
  return {
    tabIndex: index === 0 ? 0 : -1,
    onClick: (event: MouseEvent) => isPlain(event) && onOpen(row),
    onKeyDown: (event: KeyboardEvent<HTMLElement>) =>
      onRowKey(event, { open: () => onOpen(row), select: toggle }),
  };
}

/** A press on a control inside of the row is not one on the row. */
function isPlain(event: { target: EventTarget }): boolean {
  return event.target instanceof Element && event.target.closest('a, button, input, label') === null;
}

interface ChoiceProps<Row> extends Filled<Row> {
  row: Row;
  toggle: (key: string) => void;
  /** A row of a table is chosen by its own key. */
  tabIndex?: number;
}

function Choice<Row>({ row, rowKey, rowName, selection, toggle, tabIndex }: ChoiceProps<Row>) {
  const { t } = useWords();
  const key = rowKey(row);
  return (
    <Checkbox
      aria-label={t('table.select', { name: rowName?.(row) ?? key })}
      checked={selection?.keys.has(key) ?? false}
      onChange={() => toggle(key)}
      {...(tabIndex !== undefined && { tabIndex })}
    />
  );
}

function Cards<Row>(props: Filled<Row>) {
  const { columns, rows, rowKey, selection, onOpen } = props;
  const { toggle } = useSelection(props);
  const [first, ...others] = columns;
  return (
    <ul className="p-cards" aria-label={props.label}>
      {rows.map((row, index) => (
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
        <li
          key={rowKey(row)}
          data-row
          {...opening({ row, index, onOpen, toggle: () => toggle(rowKey(row)) })}
        >
          {selection !== undefined && <Choice {...props} row={row} toggle={toggle} />}
          <div className="p-card-body">
            <div>{first?.cell(row)}</div>
            {others
              .filter(({ isWide }) => isWide !== true)
              .map(({ key, title, cell }) => (
                <CardLine key={key} title={title} value={cell(row)} />
              ))}
          </div>
        </li>
      ))}
    </ul>
  );
}

/** What is empty has no line; a part that shows nothing is seen by the styles (`:empty`). */
function CardLine({ title, value }: { title: string; value: ReactNode }) {
  if (isNothing(value)) return null;
  return (
    <div className="p-card-line">
      {title !== '' && <span>{title}:</span>}
      <span>{value}</span>
    </div>
  );
}

function isNothing(value: ReactNode): boolean {
  if (value === null || value === undefined || value === false || value === '' || value === '—') return true;
  if (!isValidElement<{ text?: string; at?: string | null }>(value)) return false;
  return (
    (value.type === Foreign && value.props.text === '') || (value.type === Time && value.props.at === null)
  );
}
