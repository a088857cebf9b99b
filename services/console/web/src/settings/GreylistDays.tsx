// What greylisting did in the last days: whether it keeps anybody out, and whom it only delays.
import { useApi } from '../api/queries.ts';
import { formatNumber } from '../i18n/format.ts';
import { useWords } from '../i18n/index.ts';

const kinds = ['known', 'white', 'deferred', 'early', 'returned', 'unreturned'] as const;
const everyMs = 60_000;

export function GreylistDays() {
  const { t, language } = useWords();
  const { data } = useApi('GET /greylist', { query: { days: 7 } }, { every: everyMs });
  if (data === undefined || data.days.length === 0) return null;
  return (
    <>
      <h3 className="f-column-title">{t('greylist.days')}</h3>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is scrolled by the keyboard too */}
      <div className="p-table-scroll" role="region" tabIndex={0} aria-label={t('greylist.days')}>
        <table className="p-table">
          <thead>
            <tr>
              <th scope="col">{t('greylist.day')}</th>
              {kinds.map((kind) => (
                <th key={kind} scope="col" data-end="">
                  {t(`greylist.${kind}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.days.map((day) => (
              <tr key={day.day}>
                <td>{day.day}</td>
                {kinds.map((kind) => (
                  <td key={kind} data-end="">
                    {formatNumber(day[kind], language)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
