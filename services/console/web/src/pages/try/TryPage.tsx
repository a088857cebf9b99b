// What would become of a mail: every filter says what it would do by the draft of the settings that is open in this browser;
// nothing is delivered, written or learnt.
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { callWithFile } from '../../api/client.ts';
import { asProblem } from '../../api/problem.ts';
import { useStore } from '../../api/store.ts';
import { tryMail as english } from '../../i18n/en/try.ts';
import { addWords, useWords } from '../../i18n/index.ts';
import { tryMail as russian } from '../../i18n/ru/try.ts';
import type { Draft } from '../../settings/draft.ts';
import { useForms } from '../../settings/catalogue.ts';
import { useLoadedDraft, useWholeDraft } from '../../settings/use-draft.ts';
import type { FormsDescription } from '@pochtar/settings/forms';
import { Button } from '../../ui/controls.ts';
import { Loading } from '../../ui/Loading.tsx';
import { Failure, Notice } from '../../ui/Notice.tsx';
import { Page } from '../../ui/Page.tsx';
import { DraftChoice } from './DraftChoice.tsx';
import { Envelope, envelopeFields } from './Envelope.tsx';
import { MailSource } from './MailSource.tsx';
import { TriedResult } from './TriedResult.tsx';
import { askedOf, isCurrent, lastTried, mostBytes, typedMail, usesDraft } from './tried-mail.ts';
import { WrongSettings } from './WrongSettings.tsx';
import './try.css';

addWords({ ru: russian, en: english });

export function TryPage() {
  const { t } = useWords();
  const { forms, error, refetch } = useForms();
  const loaded = useLoadedDraft(forms);
  const failure = error ?? loaded.error;
  return (
    <Page title={t('page.try')} path={[t('menu.protection')]}>
      <p className="p-muted">{t('try.intro')}</p>
      {forms !== undefined && loaded.draft !== undefined ? (
        <TryForm forms={forms} draft={loaded.draft} />
      ) : failure === null || failure === undefined ? (
        <div className="p-block">
          <Loading height={320} />
        </div>
      ) : (
        <Failure error={failure} onRetry={() => Promise.all([refetch(), loaded.refetch()])} />
      )}
    </Page>
  );
}

function TryForm({ forms, draft }: { forms: FormsDescription; draft: Draft }) {
  const { t } = useWords();
  useWholeDraft(draft);
  const typed = useStore(typedMail);
  const tried = useStore(lastTried);
  const { trying, stop } = useTrying(draft);
  const form = useRef<HTMLFormElement>(null);
  const result = useRef<HTMLDivElement>(null);
  const { file, source } = typed;
  const isLarge = file === null ? isTooLong(source) : file.size > mostBytes;
  const isReady = (file === null ? source.trim() !== '' : file.size > 0) && !isLarge;
  const problems = trying.error === null ? [] : asProblem(trying.error).errors;
  const isOfSettings = problems.some(({ section }) => section !== undefined);
  const isAtField = problems.some(({ field }) => envelopeFields.some((one) => one === field));
  return (
    <>
      <form
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!isReady || trying.isPending) return;
          trying.mutate(undefined, {
            onSuccess: (isDone) => void (isDone && focusSoon(() => result.current)),
            onError: () => focusSoon(() => form.current?.querySelector('[aria-invalid="true"]')),
          });
        }}
      >
        <MailSource typed={typed} isLarge={isLarge} />
        <Envelope typed={typed} problems={problems} />
        <DraftChoice forms={forms} draft={draft} typed={typed} />
        {isOfSettings && <WrongSettings forms={forms} problems={problems} />}
        {trying.error !== null && !isOfSettings && !isAtField && <Failure error={trying.error} />}
        <div className="p-actions">
          <Button type="submit" disabled={!isReady} loading={trying.isPending}>
            {t('try.submit')}
          </Button>
          {trying.isPending && (
            <Button variant="default" onClick={stop}>
              {t('action.cancel')}
            </Button>
          )}
          <span role="status" className="p-muted">
            {trying.isPending && t('try.running')}
          </span>
        </div>
      </form>
      {tried !== null && (
        <div ref={result} tabIndex={-1} className="t-result">
          {!isCurrent(tried, typed, draft) && <Notice tone="warn">{t('try.stale')}</Notice>}
          <TriedResult forms={forms} tried={tried} />
        </div>
      )}
    </>
  );
}

/** After what is new has been drawn. */
function focusSoon(find: () => HTMLElement | null | undefined): void {
  requestAnimationFrame(() => find()?.focus());
}

const longestLetter = 3;

/** Counted in octets only where that may decide. */
function isTooLong(source: string): boolean {
  return source.length * longestLetter > mostBytes && new Blob([source]).size > mostBytes;
}

/** Answers whether there is an answer. It ends with the page. */
function useTrying(draft: Draft) {
  const ending = useRef<AbortController | null>(null);
  useEffect(() => () => ending.current?.abort(), []);
  const trying = useMutation({
    mutationFn: async () => {
      const typed = typedMail.get();
      const own = new AbortController();
      ending.current = own;
      const body = askedOf(typed, draft);
      const about = { asked: JSON.stringify(body), mail: typed.file ?? typed.source };
      const content = typed.file ?? new Blob([typed.source], { type: 'message/rfc822' });
      const isOfDraft = usesDraft(typed, draft);
      try {
        const answer = await callWithFile(
          'POST /filters/try',
          { body },
          { part: 'mail', content },
          own.signal,
        );
        lastTried.set({ ...about, at: new Date().toISOString(), isOfDraft, answer });
        return true;
      } catch (error) {
        // Who has taken it back knows that there is no answer.
        if (!own.signal.aborted) throw error;
        return false;
      }
    },
  });
  return { trying, stop: () => ending.current?.abort() };
}
