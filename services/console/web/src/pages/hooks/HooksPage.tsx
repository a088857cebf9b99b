// Web hooks: programs of the administrator's that are told what becomes of mail.
import { useState } from 'react';
import { useApi, useChange } from '../../api/queries.ts';
import { useWho } from '../../api/session.ts';
import { hooks as english } from '../../i18n/en/hooks.ts';
import { formatNumber } from '../../i18n/format.ts';
import { addWords, useWords } from '../../i18n/index.ts';
import { hooks as russian } from '../../i18n/ru/hooks.ts';
import { Button } from '../../ui/controls.ts';
import { CreateDialog } from '../../ui/CreateDialog.tsx';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Page } from '../../ui/Page.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { Time } from '../../ui/Time.tsx';
import { useView } from '../search.ts';
import { bodyOf, HookFields, isComplete, newHook } from './HookFields.tsx';
import { HookPanel } from './HookPanel.tsx';
import { HookSecret } from './HookSecret.tsx';
import { type Hook, stateOf, stateTones, touches } from './hook-state.ts';

addWords({ ru: russian, en: english });

const everyMs = 30_000;

export function HooksPage() {
  const { t } = useWords();
  const isReadOnly = useWho().role !== 'admin';
  const [view, setView] = useView();
  const [isAdding, setIsAdding] = useState(false);
  const { data, error, isFetching, refetch } = useApi('GET /hooks', {}, { every: everyMs });
  const opened = data?.hooks.find(({ id }) => String(id) === view.open);
  return (
    <Page
      title={t('page.hooks')}
      path={[t('menu.service')]}
      actions={isReadOnly ? undefined : <Button onClick={() => setIsAdding(true)}>{t('hooks.add')}</Button>}
    >
      <p className="p-muted">{t('hooks.intro')}</p>
      <DataTable<Hook>
        label={t('page.hooks')}
        rows={data?.hooks}
        rowKey={({ id }) => String(id)}
        rowName={({ name }) => name}
        isFetching={isFetching}
        error={error}
        onRetry={refetch}
        onOpen={({ id }) => setView({ open: String(id) })}
        columns={useColumns()}
        empty={<Empty>{t('hooks.empty')}</Empty>}
      />
      {isAdding && <AddHook onClose={() => setIsAdding(false)} />}
      {opened !== undefined && (
        <HookPanel
          key={opened.id}
          hook={opened}
          isReadOnly={isReadOnly}
          onClose={() => setView({ open: undefined })}
        />
      )}
    </Page>
  );
}

function useColumns(): Column<Hook>[] {
  const { t, language } = useWords();
  return [
    { key: 'name', title: t('hooks.name'), cell: ({ name }) => <b>{name}</b> },
    {
      key: 'state',
      title: t('state.title'),
      cell: (hook) => (
        <StatusBadge tone={stateTones[stateOf(hook)]}>{t(`hooks.state.${stateOf(hook)}`)}</StatusBadge>
      ),
    },
    {
      key: 'kinds',
      title: t('hooks.kinds'),
      cell: ({ kinds }) => kinds.map((kind) => t(`hooks.kind.${kind}`)).join(', '),
    },
    { key: 'url', title: t('hooks.url'), cell: ({ url }) => <Foreign text={url} maxLength={120} /> },
    {
      key: 'taken',
      title: t('hooks.lastTaken'),
      cell: ({ lastSuccessAt }) => <Time at={lastSuccessAt} relative />,
    },
    {
      key: 'waiting',
      title: t('hooks.waiting'),
      cell: ({ waiting }) => formatNumber(waiting, language),
      isEnd: true,
    },
  ];
}

function AddHook({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const [form, setForm] = useState(newHook);
  const create = useChange('POST /hooks', touches);
  return (
    <CreateDialog
      title={t('hooks.add')}
      create={create}
      isReady={isComplete(form)}
      shown={
        create.data === undefined
          ? null
          : { title: form.name, content: <HookSecret value={create.data.secret} /> }
      }
      onSubmit={() => create.mutate({ body: bodyOf(form) })}
      onClose={onClose}
    >
      <HookFields form={form} onChange={(part) => setForm({ ...form, ...part })} />
    </CreateDialog>
  );
}
