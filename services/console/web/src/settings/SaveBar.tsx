// At the foot of the page while something is changed: how much, discard, review. Ctrl+S reviews too.
import type { FormsDescription } from '@pochtar/settings/forms';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useWords } from '../i18n/index.ts';
import { Button, Kbd } from '../ui/controls.ts';
import { Confirm } from '../ui/Confirm.tsx';
import { pathOf, type Draft } from './draft.ts';
import { FieldLink } from './FieldProblems.tsx';
import { ReviewSheet } from './ReviewSheet.tsx';
import { useWholeDraft } from './use-draft.ts';

export function SaveBar({ forms, draft }: { forms: FormsDescription; draft: Draft }) {
  const { t } = useWords();
  useWholeDraft(draft);
  const [isReviewing, setIsReviewing] = useState(false);
  const [isDiscarding, setIsDiscarding] = useState(false);
  const [showsErrors, setShowsErrors] = useState(false);
  const summary = useRef<HTMLDivElement>(null);
  const count = draft.changedPaths().length;
  const sections = draft.changedSections().length;
  const wrong = [...new Set([...draft.localProblems(), ...draft.allProblems().map(pathOf)])];
  const isHeldBack = draft.localProblems().length > 0 || draft.knownProblems().length > 0;
  const hasConflicts = draft.conflicts().length > 0;

  function review(): void {
    if (count === 0) return;
    // What is not answered yet is found when it is applied.
    if (hasConflicts) {
      // What has to be chosen stands at the top of the page.
      document.querySelector<HTMLElement>('main .f-conflicts')?.focus();
    } else if (isHeldBack) {
      setShowsErrors(true);
      setTimeout(() => summary.current?.focus());
    } else {
      setShowsErrors(false);
      setIsReviewing(true);
    }
  }
  const onSave = useEffectEvent(review);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.code !== 'KeyS') return;
      event.preventDefault();
      onSave();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  useEffect(() => {
    if (count === 0) return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    globalThis.addEventListener('beforeunload', warn);
    return () => globalThis.removeEventListener('beforeunload', warn);
  }, [count]);

  return (
    <>
      {showsErrors && wrong.length > 0 && (
        <div className="p-notice f-summary" data-tone="danger" ref={summary} tabIndex={-1} role="alert">
          <div>
            <p>{t('save.wrong', { count: wrong.length })}</p>
            <ul className="p-list">
              {wrong.map((path) => (
                <li key={path}>
                  <FieldLink path={path} />
                </li>
              ))}
            </ul>
          </div>
        </div>
      )}
      {count > 0 && !isReviewing && (
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        <div className="p-bar" role="region" aria-label={t('save.label')}>
          <span aria-live="polite" className="p-wide">
            {t('save.changed', { count })} {t('save.sections', { count: sections })}
          </span>
          <Button variant="default" onClick={() => setIsDiscarding(true)}>
            {t('save.discard')}
          </Button>
          <Button onClick={review}>
            <span className="p-wide">
              {t('save.review')} <Kbd size="xs">Ctrl S</Kbd>
            </span>
            <span className="p-narrow">{t('save.short', { number: count })}</span>
          </Button>
        </div>
      )}
      {isReviewing && <ReviewSheet forms={forms} draft={draft} onClose={() => setIsReviewing(false)} />}
      {isDiscarding && (
        <Confirm
          title={t('save.discardTitle')}
          verb={t('save.discardVerb')}
          onConfirm={() => {
            draft.discard();
            setIsDiscarding(false);
          }}
          onClose={() => setIsDiscarding(false)}
        >
          {t('save.discardText', { count })}
        </Confirm>
      )}
    </>
  );
}
