// The white or the black list: who added what, until when, and whether it ever did anything.
import { useState } from 'react';
import { useApi, useChange } from '../../api/queries.ts';
import { useWho } from '../../api/session.ts';
import { formatNumber } from '../../i18n/format.ts';
import { useWords } from '../../i18n/index.ts';
import { AuthorTime } from '../../ui/AuthorTime.tsx';
import { Button, Select } from '../../ui/controls.ts';
import { DataTable, type Column } from '../../ui/DataTable.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { FilterField } from '../../ui/FilterField.tsx';
import { Filters } from '../../ui/Filters.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Failure } from '../../ui/Notice.tsx';
import { Page } from '../../ui/Page.tsx';
import { Pager } from '../../ui/Pager.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { Time } from '../../ui/Time.tsx';
import { toast } from '../../ui/toast.tsx';
import { Filtered } from '../Filtered.tsx';
import { useCursor, useView } from '../search.ts';
import { AddEntry } from './AddEntry.tsx';
import { EntryPanel } from './EntryPanel.tsx';
import { ListTabs } from './ListTabs.tsx';
import { PasteDialog } from './PasteDialog.tsx';
import { effectOf, type Entry, kinds, lineOf, type List } from './parts.ts';

const limit = 50;
const idleDays = 180;

export function WhitePage() {
  return <ListPage key="white" list="white" />;
}

export function BlackPage() {
  return <ListPage key="black" list="black" />;
}

function ListPage({ list }: { list: List }) {
  const { t, language } = useWords();
  const isReadOnly = useWho().role === 'auditor';
  const [view, setView] = useView();
  const { search, kind, only, open } = view;
  const cursor = useCursor(`${search ?? ''} ${kind ?? ''} ${only ?? ''}`);
  const query = {
    ...{ limit, search, after: cursor.after },
    kind: kind as Entry['kind'] | undefined,
    ...(only === 'idle' && { idleDays }),
    ...(only === 'expired' && { expired: true }),
  };
  const { data, error, isFetching, refetch } = useApi('GET /lists/:list', { params: { list }, query });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [pasted, setPasted] = useState<string | null>(null);
  const { remove, removing } = useRemoval(list, () => {
    setChosen(new Set());
    setView({ open: undefined });
  });
  const isFiltered = [search, kind, only].some((one) => one !== undefined);
  const opened = data?.entries.find(({ value }) => value === open);
  const total = data?.total;
  return (
    <Page
      title={t(list === 'white' ? 'lists.white' : 'lists.black')}
      path={[t('menu.protection')]}
      actions={!isReadOnly && <Button onClick={() => setPasted('')}>{t('lists.paste')}</Button>}
    >
      <ListTabs current={list} />
      <p className="p-muted">{t(list === 'white' ? 'lists.whiteHelp' : 'lists.blackHelp')}</p>
      {!isReadOnly && <AddEntry list={list} onManyLines={setPasted} />}
      <Filters isActive={isFiltered}>
        <Narrowing />
      </Filters>
      {chosen.size > 0 && (
        <div className="p-actions p-chosen">
          <Button
            variant="outline"
            color="red"
            loading={removing.isPending}
            onClick={() => remove([...chosen])}
          >
            {t('lists.removeChosen', { count: chosen.size })}
          </Button>
        </div>
      )}
      {removing.error !== null && <Failure error={removing.error} />}
      <DataTable<Entry>
        label={t(list === 'white' ? 'lists.white' : 'lists.black')}
        rows={data?.entries}
        rowKey={({ value }) => value}
        isFetching={isFetching}
        error={error}
        onRetry={refetch}
        onOpen={({ value }) => setView({ open: value })}
        selection={isReadOnly ? undefined : { keys: chosen, onChange: setChosen }}
        columns={useColumns(list)}
        empty={
          isFiltered ? (
            <Filtered onReset={() => setView({ search: undefined, kind: undefined, only: undefined })} />
          ) : (
            <Empty>{t(list === 'white' ? 'lists.emptyWhite' : 'lists.emptyBlack')}</Empty>
          )
        }
      />
      <Pager cursor={cursor} next={data?.next}>
        {total !== undefined &&
          total.value > 0 &&
          (total.exact
            ? t('lists.total', { count: total.value })
            : t('lists.totalMore', { max: formatNumber(total.value, language) }))}
      </Pager>
      {opened !== undefined && (
        <EntryPanel
          list={list}
          entry={opened}
          isReadOnly={isReadOnly}
          onRemove={() => remove([opened.value])}
          onClose={() => setView({ open: undefined })}
        />
      )}
      {pasted !== null && <PasteDialog list={list} text={pasted} onClose={() => setPasted(null)} />}
    </Page>
  );
}

/** Which entries are shown. */
function Narrowing() {
  const { t } = useWords();
  const [{ search, kind, only }, setView] = useView();
  return (
    <>
      <FilterField
        label={t('lists.filter')}
        value={search ?? ''}
        onChange={(text) => setView({ search: text })}
      />
      <Select
        label={t('lists.kind')}
        value={kind ?? ''}
        onChange={(value) => setView({ kind: value ?? undefined })}
        data={[
          { value: '', label: t('lists.allKinds') },
          ...Object.entries(kinds).map(([value, key]) => ({ value, label: t(key) })),
        ]}
      />
      <Select
        label={t('lists.only')}
        value={only ?? ''}
        onChange={(value) => setView({ only: value ?? undefined })}
        data={[
          { value: '', label: t('lists.all') },
          { value: 'idle', label: t('lists.idle') },
          { value: 'expired', label: t('lists.expiredOnly') },
        ]}
      />
    </>
  );
}

/** Removes at once; what was removed can be brought back for a moment. */
function useRemoval(list: List, onDone: () => void) {
  const { t } = useWords();
  const removing = useChange('DELETE /lists/:list', ['/lists']);
  const adding = useChange('POST /lists/:list/lines', ['/lists']);
  const undo = (entries: readonly Entry[]) =>
    adding.mutate({ params: { list }, body: { lines: entries.map(lineOf) } });
  const remove = (values: string[]) =>
    removing.mutate(
      { params: { list }, body: { values } },
      {
        onSuccess: ({ removed }) => {
          const message = t('lists.removed', { count: removed.length });
          toast(message, { verb: t('action.undo'), run: () => undo(removed) });
          onDone();
        },
      },
    );
  return { remove, removing };
}

function useColumns(list: List): Column<Entry>[] {
  const { t, language } = useWords();
  return [
    { key: 'value', title: t('lists.entry'), cell: (entry) => <Value entry={entry} /> },
    { key: 'effect', title: t('lists.effect'), cell: (entry) => t(effectOf(list, entry)), isWide: true },
    { key: 'comment', title: t('lists.comment'), cell: ({ comment }) => <Foreign text={comment} /> },
    {
      key: 'author',
      title: t('lists.author'),
      cell: ({ author, createdAt }) => <AuthorTime author={author} at={createdAt} />,
      isWide: true,
    },
    {
      key: 'until',
      title: t('lists.until'),
      cell: ({ expiresAt, isExpired }) =>
        isExpired ? <StatusBadge tone="plain">{t('lists.ended')}</StatusBadge> : <Time at={expiresAt} />,
    },
    {
      key: 'hits',
      title: t('lists.hits'),
      cell: ({ hits, lastHitAt }) => (
        <>
          {formatNumber(hits, language)}
          {lastHitAt !== null && (
            <div className="p-muted p-small">
              <Time at={lastHitAt} relative />
            </div>
          )}
        </>
      ),
      isEnd: true,
    },
  ];
}

function Value({ entry: { value, kind, cautions } }: { entry: Entry }) {
  const { t, say } = useWords();
  return (
    <>
      <b>
        <Foreign text={value} />
      </b>
      {cautions[0] !== undefined && (
        <span title={say(cautions[0].message)}>
          {' '}
          <StatusBadge tone="warn">{t('lists.caution')}</StatusBadge>
        </span>
      )}
      <div className="p-muted p-small">{t(kinds[kind])}</div>
    </>
  );
}
