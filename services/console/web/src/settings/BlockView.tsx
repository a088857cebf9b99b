// One block of a tab: its columns, what is ours behind a line, what is rarely needed in a fold, and what has been applied.
import type { BlockDescription, ColumnDescription, RowDescription } from '@pochtar/settings/forms';
import { lazy, Suspense, useState } from 'react';
import { useWords } from '../i18n/index.ts';
import { Block } from '../ui/Page.tsx';
import { AppliedChip } from './AppliedChip.tsx';
import { BlockTests } from './BlockTests.tsx';
import { DnsblZones } from './DnsblZones.tsx';
import { DkimDomains } from './DkimDomains.tsx';
import { GreylistDays } from './GreylistDays.tsx';
import { FieldControl } from './FieldControl.tsx';
import { QueuePlan } from './QueuePlan.tsx';
import { describedAt } from './catalogue.ts';
import { useAt, useForm } from './use-draft.ts';
import { useApi } from '../api/queries.ts';
import { Go } from '../ui/Go.tsx';
import { Loading } from '../ui/Loading.tsx';

const BookPanel = lazy(async () => ({ default: (await import('./BookPanel.tsx')).BookPanel }));

export function BlockView({ block, target }: { block: BlockDescription; target: string }) {
  const { say } = useWords();
  return (
    <Block
      id={`block-${block.id}`}
      title={say(block.label)}
      aside={<AppliedChip sections={block.sections} />}
    >
      {block.help !== undefined && <p className="f-block-help">{say(block.help)}</p>}
      <div className="f-columns" data-count={block.columns.length}>
        {block.columns.map((column, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- columns do not move
          <Column key={index} column={column} target={target} />
        ))}
      </div>
      {block.id === 'queue' && <QueuePlan />}
      {block.id === 'dkim' && <DkimDomains />}
      {block.id === 'dnsbl' && <DnsblZones />}
      {block.id === 'greylist' && <GreylistDays />}
      <BlockTests tests={block.tests} />
      {block.id === 'addressBook' && (
        <Suspense fallback={<Loading height={160} />}>
          <BookPanel />
        </Suspense>
      )}
    </Block>
  );
}

function Column({ column, target }: { column: ColumnDescription; target: string }) {
  const { t, say } = useWords();
  const isTarget = column.rare.some(({ fields }) => fields.includes(target));
  const hasError = useAt('*', (draft) =>
    column.rare.some(({ fields }) =>
      fields.some((path) => draft.problems(path).length > 0 || draft.localProblem(path) !== undefined),
    ),
  );
  const [isOpen, setIsOpen] = useState(false);
  return (
    <div>
      {column.label !== undefined && <h3 className="f-column-title">{say(column.label)}</h3>}
      <Rows rows={column.rows} />
      {column.more.length > 0 && (
        <>
          <div className="f-divider">{t('settings.ours')}</div>
          <Rows rows={column.more} />
        </>
      )}
      {column.rare.length > 0 && (
        <details
          className="f-rare"
          open={isOpen || isTarget || hasError}
          onToggle={(event) => setIsOpen(event.currentTarget.open)}
        >
          <summary>{t('settings.rare')}</summary>
          <Rows rows={column.rare} />
        </details>
      )}
    </div>
  );
}

function Rows({ rows }: { rows: readonly RowDescription[] }) {
  return rows.map((row) => <Row key={`${row.fields.join(' ')} ${row.link?.to ?? ''}`} row={row} />);
}

function Row({ row }: { row: RowDescription }) {
  const { say } = useWords();
  const { forms } = useForm();
  const first = describedAt(forms, row.fields[0] ?? '');
  // A name that the first field begins with is not written twice; whoever hears the page has it for all of them.
  const isSaid =
    row.label !== undefined && first !== undefined && say(first.label).startsWith(say(row.label));
  const isLinkShown = useAt('*', (draft) => {
    const when = row.link?.when;
    const isThere = row.fields.every((path) => draft.isShown(path));
    return isThere && (when === undefined || draft.value(when.path) === when.is);
  });
  const fields = row.fields.length > 0 && (
    <div className="f-row" data-count={row.fields.length}>
      {row.fields.map((path) => (
        <FieldControl key={path} path={path} />
      ))}
    </div>
  );
  return (
    <>
      {row.label === undefined ? (
        fields
      ) : (
        <fieldset className="f-set">
          <legend className={isSaid ? 'p-hidden' : undefined}>{say(row.label)}</legend>
          {fields}
        </fieldset>
      )}
      {row.link !== undefined && isLinkShown && (
        <p className="f-row-link">
          <Go to={row.link.to}>
            {say(row.link.label)}
            <ListCount to={row.link.to} />
          </Go>
        </p>
      )}
    </>
  );
}

/** Of a link to a list: how much is in it. */
function ListCount({ to }: { to: string }) {
  const name = /^\/lists\/(white|black|networks)$/.exec(to)?.[1];
  const { data } = useApi('GET /lists', undefined, { enabled: name !== undefined });
  if (name === undefined || data === undefined) return null;
  return ` · ${data[name as 'white' | 'black' | 'networks']}`;
}
