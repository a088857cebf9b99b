// Data loss prevention: what is looked for in mail, the documents that are protected, and what was found.
import type { ReactNode } from 'react';
import { useApi, useStoredField } from '../../api/queries.ts';
import { useWho } from '../../api/session.ts';
import { dlp as english } from '../../i18n/en/dlp.ts';
import { addWords, useWords } from '../../i18n/index.ts';
import { dlp as russian } from '../../i18n/ru/dlp.ts';
import { Button, SegmentedControl } from '../../ui/controls.ts';
import { Go } from '../../ui/Go.tsx';
import { useNarrow } from '../../ui/narrow.ts';
import { Notice } from '../../ui/Notice.tsx';
import { Page } from '../../ui/Page.tsx';
import { useView } from '../search.ts';
import { Documents } from './Documents.tsx';
import { Incidents } from './Incidents.tsx';
import { fresh } from './parts.ts';
import { Rules } from './Rules.tsx';
import './dlp.css';

addWords({ ru: russian, en: english });

const tabs = ['rules', 'documents', 'incidents'] as const;

export function DlpPage() {
  const { t } = useWords();
  const isReadOnly = useWho().role !== 'admin';
  const isNarrow = useNarrow();
  const [view, setView] = useView();
  const tab = tabs.find((one) => one === view.tab) ?? 'rules';
  const add = (label: ReactNode) => <Button onClick={() => setView({ open: fresh })}>{label}</Button>;
  const action = {
    rules: add(t('dlp.addRule')),
    documents: add(t('dlp.addDocument')),
    incidents: null,
  }[tab];
  const parts = { isReadOnly, add: isReadOnly ? null : action };
  return (
    <Page title={t('page.dlp')} path={[t('menu.protection')]} actions={parts.add}>
      <State />
      <SegmentedControl
        aria-label={t('dlp.views')}
        mb="md"
        orientation={isNarrow ? 'vertical' : 'horizontal'}
        fullWidth={isNarrow}
        value={tab}
        onChange={(chosen) => setView({ ...none, tab: chosen === 'rules' ? undefined : chosen })}
        data={tabs.map((one) => ({ value: one, label: t(`dlp.tab.${one}`) }))}
      />
      {tab === 'rules' && <Rules {...parts} />}
      {tab === 'documents' && <Documents {...parts} />}
      {tab === 'incidents' && <Incidents />}
    </Page>
  );
}

const none = { open: undefined, rule: undefined, search: undefined, hours: undefined, unread: undefined };

/** Whether mail is looked at at all, and what is missing. */
function State() {
  const { t } = useWords();
  const [useDlp, enabled] = [useStoredField('misc.useDlp'), useStoredField('dlp.enabled')];
  const { data: rules } = useApi('GET /dlp/rules');
  if (useDlp === undefined || enabled === undefined || rules === undefined) return null;
  const isUsed = useDlp === true && enabled === true;
  const hasRules = rules.rules.some(({ isOn }) => isOn);
  if (isUsed && hasRules) return null;
  return (
    <Notice tone="warn">
      {isUsed ? (
        t('dlp.noRuleOn')
      ) : (
        <>
          {t('dlp.isOff')}{' '}
          <Go to={useDlp === true ? '/settings/more#dlp.enabled' : '/settings/mail#misc.useDlp'}>
            {t('dlp.switchOn')}
          </Go>
        </>
      )}
    </Notice>
  );
}
