// A tab of the settings. The draft is one for all of them; the address names the tab and the field.
import type { FormsDescription, TabDescription } from '@pochtar/settings/forms';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import { useWho } from '../api/session.ts';
import { useWords } from '../i18n/index.ts';
import { Button } from '../ui/controls.ts';
import { Loading } from '../ui/Loading.tsx';
import { Failure, Notice } from '../ui/Notice.tsx';
import { Page } from '../ui/Page.tsx';
import { BlockIndex } from './BlockIndex.tsx';
import { BlockView } from './BlockView.tsx';
import { ConflictTable } from './ConflictTable.tsx';
import { useForms } from './catalogue.ts';
import { HistoryPanel } from './HistoryPanel.tsx';
import { SaveBar } from './SaveBar.tsx';
import { TransferPanel } from './TransferPanel.tsx';
import { useTarget } from './use-target.ts';
import { FormContext, useLoadedDraft, useValidation } from './use-draft.ts';
import type { Draft } from './draft.ts';
import { Go } from '../ui/Go.tsx';

export function SettingsPage({ tab }: { tab: TabDescription['id'] }) {
  const { t, say } = useWords();
  const { forms, error, refetch } = useForms();
  const loaded = useLoadedDraft(forms);
  const described = forms?.tabs.find(({ id }) => id === tab);
  const failure = error ?? loaded.error;
  if (forms === undefined || described === undefined || loaded.draft === undefined) {
    return (
      <Page
        title={tab === 'more' ? t('page.more') : t('page.settings')}
        path={tab === 'more' ? [t('menu.service')] : [t('menu.mail'), t('page.settings')]}
      >
        {failure === null || failure === undefined ? (
          <div className="p-block">
            <Loading height={448} />
          </div>
        ) : (
          <Failure error={failure} onRetry={() => Promise.all([refetch(), loaded.refetch()])} />
        )}
      </Page>
    );
  }
  return <Tab key={tab} forms={forms} tab={described} draft={loaded.draft} title={say(described.label)} />;
}

interface TabProps {
  forms: FormsDescription;
  tab: TabDescription;
  draft: Draft;
  title: string;
}

function Tab({ forms, tab, draft, title }: TabProps) {
  const { t } = useWords();
  const isReadOnly = useWho().role !== 'admin';
  const navigate = useNavigate();
  const { history, file }: { history?: string; file?: string } = useSearch({ strict: false });
  const target = useTarget();
  useValidation(draft);
  const form = useMemo(() => ({ forms, draft, isReadOnly }), [forms, draft, isReadOnly]);
  const sections = tab.blocks.flatMap((block) => [...block.sections]);
  const showHistory = (section: string | undefined) =>
    void navigate({
      to: '.',
      search: section === undefined ? {} : { history: section },
      hash: true,
    });
  const showFile = (isShown: boolean) =>
    void navigate({ to: '.', search: isShown ? { file: '1' } : {}, hash: true });
  const isMore = tab.id === 'more';
  return (
    <FormContext value={form}>
      <Page
        title={isMore ? title : t('page.settings')}
        path={isMore ? [t('menu.service')] : [t('menu.mail'), t('page.settings')]}
        actions={
          <>
            <Button variant="default" onClick={() => showHistory(sections[0])}>
              {t('history.title')}
            </Button>
            <Button variant="default" onClick={() => showFile(true)}>
              {t('transfer.title')}
            </Button>
          </>
        }
      >
        {!isMore && <TabLinks forms={forms} active={tab.id} />}
        {isReadOnly && <Notice>{t('settings.readOnly')}</Notice>}
        <ConflictTable forms={forms} draft={draft} />
        <div className="f-page">
          <BlockIndex blocks={tab.blocks} />
          <div className="f-blocks">
            {tab.blocks.map((block) => (
              <BlockView key={block.id} block={block} target={target} />
            ))}
          </div>
        </div>
        {!isReadOnly && <SaveBar forms={forms} draft={draft} />}
      </Page>
      {file !== undefined && <TransferPanel forms={forms} onClose={() => showFile(false)} />}
      {history !== undefined && (
        <HistoryPanel
          forms={forms}
          draft={draft}
          section={history}
          sections={sections.includes(history) ? sections : [history]}
          onSection={showHistory}
          onClose={() => showHistory(undefined)}
        />
      )}
    </FormContext>
  );
}

function TabLinks({ forms, active }: { forms: FormsDescription; active: string }) {
  const { t, say } = useWords();
  useEffect(() => {
    // In newer browsers it returns a promise, which would be taken for what ends the effect.
    document.querySelector('.f-tabs [aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <nav className="f-tabs" aria-label={t('settings.tabs')}>
      {forms.tabs
        .filter(({ id }) => id !== 'more')
        .map((tab) => (
          <Go key={tab.id} to={tab.to} aria-current={tab.id === active ? 'page' : undefined}>
            {say(tab.label)}
          </Go>
        ))}
    </nav>
  );
}
