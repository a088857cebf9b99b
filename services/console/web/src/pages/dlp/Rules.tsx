// The rules, in the order in which they are looked at.
import { lazy, type ReactNode, Suspense } from 'react';
import { useApi } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { useView } from '../search.ts';
import { conditionWords, fresh, type Rule } from './parts.ts';

/** Its form comes when somebody opens one. */
const RulePanel = lazy(async () => ({ default: (await import('./RulePanel.tsx')).RulePanel }));

const allDirections = 3;

export function Rules({ isReadOnly, add }: { isReadOnly: boolean; add: ReactNode }) {
  const { t } = useWords();
  const [view, setView] = useView();
  const { data, error, isFetching, refetch } = useApi('GET /dlp/rules');
  const opened = data?.rules.find(({ name }) => name === view.open);
  return (
    <>
      <p className="p-muted">{t('dlp.rulesHelp')}</p>
      <DataTable<Rule>
        label={t('dlp.tab.rules')}
        rows={data?.rules}
        rowKey={({ name }) => name}
        isFetching={isFetching}
        error={error}
        onRetry={refetch}
        onOpen={({ name }) => setView({ open: name })}
        columns={useColumns()}
        empty={<Empty action={add}>{t('dlp.noRules')}</Empty>}
      />
      {(opened !== undefined || (view.open === fresh && !isReadOnly)) && (
        <Suspense fallback={null}>
          <RulePanel
            key={view.open}
            rule={opened}
            isReadOnly={isReadOnly}
            onClose={() => setView({ open: undefined })}
          />
        </Suspense>
      )}
    </>
  );
}

function useColumns(): Column<Rule>[] {
  const { t } = useWords();
  return [
    {
      key: 'name',
      title: t('dlp.rule'),
      cell: ({ name, definition: { conditions } }) => (
        <>
          <b>
            <Foreign text={name} />
          </b>
          <div className="p-muted p-small">
            <Foreign text={conditions.map((one) => conditionWords(one, t)).join(' + ')} maxLength={160} />
          </div>
        </>
      ),
    },
    {
      key: 'where',
      title: t('dlp.where'),
      cell: ({ definition }) => (
        <>
          {definition.directions.length === allDirections
            ? t('dlp.anyDirection')
            : definition.directions.map((one) => t(`dlp.direction.${one}`)).join(', ')}
          <Parties {...definition} />
        </>
      ),
    },
    {
      key: 'action',
      title: t('dlp.action'),
      cell: ({ definition }) => t(`dlp.action.${definition.action}`),
    },
    {
      key: 'on',
      title: t('state.title'),
      cell: ({ isOn }) => (
        <StatusBadge tone={isOn ? 'ok' : 'plain'}>{t(isOn ? 'dlp.isOnRule' : 'dlp.isOffRule')}</StatusBadge>
      ),
    },
    {
      key: 'position',
      title: t('dlp.position'),
      cell: ({ position }) => position,
      isEnd: true,
      isWide: true,
    },
  ];
}

function Parties({ senders, recipients }: Rule['definition']) {
  const { t } = useWords();
  if (senders.length + recipients.length === 0) return null;
  return (
    <div className="p-muted p-small">
      <Foreign text={senders.length === 0 ? t('dlp.anybody') : senders.join(', ')} maxLength={80} /> →{' '}
      <Foreign text={recipients.length === 0 ? t('dlp.anybody') : recipients.join(', ')} maxLength={80} />
    </div>
  );
}
