// What greylisting did in the last days: whether it keeps anybody out, and whom it only delays.
import type { Answer } from '../api/client.ts';
import { useApi } from '../api/queries.ts';
import { formatDay, formatNumber } from '../i18n/format.ts';
import { useWords } from '../i18n/index.ts';
import { type Column, DataTable } from '../ui/DataTable.tsx';

type Day = Answer<'GET /greylist'>['days'][number];

/** White addresses are decided before greylisting is asked: the command line has their few. */
const kinds = ['known', 'deferred', 'early', 'returned', 'unreturned'] as const;
const everyMs = 60_000;

export function GreylistDays() {
  const { t } = useWords();
  const { data } = useApi('GET /greylist', { query: { days: 7 } }, { every: everyMs });
  const columns = useColumns();
  if (data === undefined || data.days.length === 0) return null;
  return (
    <>
      <h3 className="f-column-title">{t('greylist.days')}</h3>
      <DataTable<Day>
        label={t('greylist.days')}
        rows={data.days}
        rowKey={({ day }) => day}
        columns={columns}
        empty={null}
      />
    </>
  );
}

function useColumns(): Column<Day>[] {
  const { t, language } = useWords();
  return [
    { key: 'day', title: t('greylist.day'), cell: ({ day }) => formatDay(noon(day), language) },
    ...kinds.map((kind) => ({
      key: kind,
      title: t(`greylist.${kind}`),
      cell: (day: Day) => formatNumber(day[kind], language),
      isEnd: true,
    })),
  ];
}

/** A day without a time: its noon is the same day wherever it is read. */
function noon(day: string): string {
  return `${day}T12:00:00Z`;
}
