// A check list of what a new server needs, in the order in which one depends on the other. Each item looks for itself.
import { useApi } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { Block, Page } from '../../ui/Page.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { stepsOf } from './steps.ts';
import { Go } from '../../ui/Go.tsx';

export function StartPage() {
  const { t } = useWords();
  const settings = useApi('GET /settings').data;
  const domains = useApi('GET /domains').data?.domains;
  const certificates = useApi('GET /certificates').data?.certificates;
  const steps = stepsOf({ sections: settings?.sections, domains, certificates });
  const done = steps.filter(({ isDone }) => isDone === true).length;
  return (
    <Page title={t('page.start')}>
      <p className="p-muted" aria-live="polite">
        {t('start.progress', { done, total: steps.length })}
      </p>
      {steps.map(({ id, to, isDone }, index) => (
        <Block
          key={id}
          title={`${index + 1}. ${t(`start.${id}`)}`}
          aside={
            <StatusBadge tone={isDone === true ? 'ok' : isDone === undefined ? 'plain' : 'warn'}>
              {isDone === true
                ? t('start.done')
                : isDone === undefined
                  ? t('start.unknown')
                  : t('start.todo')}
            </StatusBadge>
          }
        >
          <p>{t(`start.text.${id}`)}</p>
          <Go to={to}>{t('start.go')}</Go>
        </Block>
      ))}
    </Page>
  );
}
