// Whom a black list refused, and the one action that lets them in again where the list was at fault.
import type { Answer } from '../api/client.ts';
import { useApi, useChange } from '../api/queries.ts';
import { formatNumber, formatTime } from '../i18n/format.ts';
import { useWords } from '../i18n/index.ts';
import { useWho } from '../api/session.ts';
import { useCursor } from '../pages/search.ts';
import { DataTable, type Column } from '../ui/DataTable.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Empty } from '../ui/Empty.tsx';
import { Foreign } from '../ui/Foreign.tsx';
import { Notice } from '../ui/Notice.tsx';
import { Pager } from '../ui/Pager.tsx';
import { StatusBadge } from '../ui/StatusBadge.tsx';
import { Time } from '../ui/Time.tsx';

export type Zone = Answer<'GET /dnsbl'>['zones'][number];
type Refusal = Answer<'GET /dnsbl/:zone/refusals'>['refusals'][number];

const limit = 50;

export function DnsblRefused({ zone, onClose }: { zone: Zone; onClose: () => void }) {
  const { t, language } = useWords();
  const isAdmin = useWho().role === 'admin';
  const cursor = useCursor(zone.zone);
  const query = { limit, after: Number(cursor.after ?? 0) };
  const { data, error, refetch } = useApi('GET /dnsbl/:zone/refusals', {
    params: { zone: zone.zone },
    query,
  });
  const pardon = useChange('POST /dnsbl/:zone/pardon', ['/dnsbl', '/lists', '/overview/server']);
  // Once it is done there is nothing left but to read what it came to, unless some did not fit into one answer.
  const isDone = pardon.data?.isMore === false;
  const mayPardon = isAdmin && zone.shut > 0 && !isDone;
  const range =
    zone.faultyFrom === null
      ? t('dnsbl.week')
      : t('dnsbl.faulty', { from: formatTime(zone.faultyFrom, language) });
  return (
    <Dialog
      title={t('dnsbl.title', { zone: zone.zone })}
      size={820}
      {...(mayPardon && { verb: t('dnsbl.pardon') })}
      isBusy={pardon.isPending}
      error={pardon.error}
      onSubmit={() => (mayPardon ? pardon.mutate({ params: { zone: zone.zone }, body: {} }) : onClose())}
      onClose={onClose}
    >
      <p>{range}</p>
      {mayPardon && <p className="p-muted p-small">{t('dnsbl.pardonHelp')}</p>}
      {pardon.data !== undefined && <Pardoned result={pardon.data} />}
      <DataTable<Refusal>
        label={t('dnsbl.title', { zone: zone.zone })}
        rows={data?.refusals}
        rowKey={({ address }) => address}
        error={error}
        onRetry={refetch}
        columns={useColumns()}
        empty={<Empty>{t('dnsbl.empty')}</Empty>}
      />
      <Pager cursor={cursor} next={data?.next == null ? null : String(data.next)} />
    </Dialog>
  );
}

function Pardoned({ result }: { result: Answer<'POST /dnsbl/:zone/pardon'> }) {
  const { t, language } = useWords();
  const kept = result.listedElsewhere + result.black;
  return (
    <Notice tone="ok">
      {t('dnsbl.pardoned', { count: result.added })}
      {kept > 0 && <div>{t('dnsbl.kept', { n: formatNumber(kept, language) })}</div>}
      {result.isMore && <div>{t('dnsbl.more')}</div>}
    </Notice>
  );
}

function useColumns(): Column<Refusal>[] {
  const { t, language } = useWords();
  return [
    {
      key: 'address',
      title: t('dnsbl.address'),
      cell: ({ address, isWhite }) => (
        <>
          {address} {isWhite && <StatusBadge tone="ok">{t('dnsbl.isWhite')}</StatusBadge>}
        </>
      ),
    },
    {
      key: 'mail',
      title: t('dnsbl.mail'),
      cell: ({ sender, recipient }) => (
        <>
          <Foreign text={sender === '' ? '<>' : sender} />
          <div className="p-muted p-small">
            <Foreign text={recipient} />
          </div>
        </>
      ),
    },
    { key: 'last', title: t('dnsbl.last'), cell: ({ lastAt }) => <Time at={lastAt} relative /> },
    {
      key: 'times',
      title: t('dnsbl.times'),
      cell: ({ count }) => formatNumber(count, language),
      isEnd: true,
    },
  ];
}
