// Mail of the last two days by the hour, as bars and as a table; an hour leads to its mail.
import { useNavigate } from '@tanstack/react-router';
import type { Answer } from '../../api/client.ts';
import { formatNumber, formatRelative } from '../../i18n/format.ts';
import { type Language, useWords } from '../../i18n/index.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { type ChartPanel, HourChart } from '../../ui/HourChart.tsx';
import { Block } from '../../ui/Page.tsx';

type MailOverview = Answer<'GET /overview/mail'>;
type Hour = MailOverview['hours'][number];
type Kind = Exclude<keyof Hour, 'hour'>;

const panels = [
  { title: 'incoming', kinds: { accepted: 'accepted', putOff: 'held', refused: 'refused' } },
  {
    title: 'outgoing',
    kinds: { delivered: 'delivered', relayed: 'accepted', deferred: 'held', returned: 'bounced' },
  },
] as const satisfies readonly { title: string; kinds: Partial<Record<Kind, string>> }[];
const kinds = panels.flatMap(({ kinds: of }) => Object.keys(of) as Kind[]);

export function MailChart({ hours, countedAt }: Pick<MailOverview, 'hours' | 'countedAt'>) {
  const { t, language } = useWords();
  const navigate = useNavigate();
  const isQuiet = hours.every((hour) => kinds.every((kind) => hour[kind] === 0));
  const shown: ChartPanel[] = panels.map(({ title, kinds: of }) => ({
    title: t(`overview.${title}`),
    series: Object.entries(of).map(([kind, color]) => ({
      name: t(`overview.series.${kind as Kind}`),
      color,
      values: hours.map((hour) => hour[kind as Kind]),
    })),
  }));
  const aside = countedAt !== null && (
    <span className="p-muted p-small">
      {t('overview.countedAt', { ago: formatRelative(countedAt, language) })}
    </span>
  );
  return (
    <Block title={t('overview.chart')} aside={aside}>
      {isQuiet ? (
        <span className="p-muted">{t('overview.quiet')}</span>
      ) : (
        <>
          <HourChart
            label={t('overview.chart')}
            help={t('overview.chartHelp')}
            hours={hours.map(({ hour }) => hourName(hour, language))}
            panels={shown}
            number={(value) => formatNumber(value, language)}
            onOpen={(index) => void navigate({ to: '/trace', search: { at: hours[index]?.hour } } as never)}
          />
          <details className="p-fold">
            <summary>{t('overview.table')}</summary>
            <HourTable hours={hours} />
          </details>
        </>
      )}
    </Block>
  );
}

/** Newest first: what is asked for most. */
function HourTable({ hours }: { hours: readonly Hour[] }) {
  const { t, language } = useWords();
  return (
    <DataTable<Hour>
      label={t('overview.chart')}
      rows={hours.toReversed()}
      rowKey={({ hour }) => hour}
      columns={[
        { key: 'hour', title: t('overview.hour'), cell: ({ hour }) => hourName(hour, language) },
        ...kinds.map((kind) => ({
          key: kind,
          title: t(`overview.series.${kind}`),
          cell: (hour: Hour) => formatNumber(hour[kind], language),
          isEnd: true,
        })),
      ]}
      empty={null}
    />
  );
}

function hourName(hour: string, language: Language): string {
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'ru', {
    ...{ weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  }).format(new Date(hour));
}
