// The review of what was typed into the form.
import { diffDocuments, type FormsDescription } from '@pochtar/settings/forms';
import { useState } from 'react';
import { call } from '../api/client.ts';
import { asProblem } from '../api/problem.ts';
import { refresh } from '../api/queries.ts';
import { useStore } from '../api/store.ts';
import { useWords } from '../i18n/index.ts';
import { Notice } from '../ui/Notice.tsx';
import { sectionOf } from './catalogue.ts';
import { ConflictTable } from './ConflictTable.tsx';
import { commandLine } from './command-line.ts';
import type { Draft } from './draft.ts';
import { QueueMoves } from './QueueMoves.tsx';
import { RevertSheet } from './RevertSheet.tsx';
import { Review, type ReviewedSection, type Saved } from './Review.tsx';
import { testResults, untried } from './test-results.ts';
import { useWholeDraft } from './use-draft.ts';

interface ReviewSheetProps {
  forms: FormsDescription;
  draft: Draft;
  onClose: () => void;
}

export function ReviewSheet({ forms, draft, onClose }: ReviewSheetProps) {
  const { t } = useWords();
  useWholeDraft(draft);
  const [undone, setUndone] = useState<string | null>(null);

  async function send(comment: string | undefined): Promise<Saved> {
    try {
      const saved = await call('POST /settings/changes', {
        body: {
          changes: draft.changes() as never,
          validateOnly: false,
          ...(comment !== undefined && { comment }),
        },
      });
      draft.discard();
      return saved;
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (problem.status === 422 || problem.status === 400) draft.found(problem.errors);
      // Somebody was faster: what is stored is taken in, and the page shows what is in conflict.
      if (problem.status === 412) await refresh(['/settings']);
      throw thrown;
    }
  }

  if (undone !== null) {
    return <RevertSheet forms={forms} to={{ changeId: undone }} onBack={onClose} onClose={onClose} />;
  }
  const sections = draft.changedSections().flatMap((name) => changesOf(forms, draft, name));
  return (
    <Review
      forms={forms}
      title={t('review.title')}
      sections={sections}
      cautions={draft.cautions()}
      command={commandLine(draft.changes())}
      apply={(comment) => draft.whileSaved(() => send(comment))}
      onUndo={setUndone}
      // Saved by somebody else while this was read: what stood here has to be chosen anew.
      isUndecided={draft.conflicts().length > 0}
      onBack={onClose}
      onClose={onClose}
    >
      <ConflictTable forms={forms} draft={draft} isOver />
      <QueueMoves sections={sections} document={(section) => draft.document(section)} />
      <Untested forms={forms} draft={draft} />
    </Review>
  );
}

function changesOf(forms: FormsDescription, draft: Draft, name: string): ReviewedSection[] {
  const described = sectionOf(forms, name);
  const stored = draft.stored(name);
  if (described === undefined || stored === undefined) return [];
  const changes = diffDocuments(stored.document, draft.document(name), described, draft.secretInput(name));
  return [{ name, revision: stored.revision, changes }];
}

/** What could be tried, was changed, and was not tried with these values. */
function Untested({ forms, draft }: { forms: FormsDescription; draft: Draft }) {
  const { t, say } = useWords();
  const results = useStore(testResults);
  return untried(forms, draft, results).map(({ block, test }) => (
    <Notice key={test.kind} tone="warn">
      {t('tests.untried', { block: say(block.label), test: say(test.label) })}
    </Notice>
  ));
}
