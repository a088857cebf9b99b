// The review of what was typed into the form.
import { diffDocuments, type FormsDescription } from '@pochtar/settings/forms';
import { call } from '../api/client.ts';
import { asProblem } from '../api/problem.ts';
import { refresh } from '../api/queries.ts';
import { useStore } from '../api/store.ts';
import { useWords } from '../i18n/index.ts';
import { Notice } from '../ui/Notice.tsx';
import { sectionOf } from './catalogue.ts';
import { commandLine } from './command-line.ts';
import type { Draft } from './draft.ts';
import { Review, type ReviewedSection, type SavedSections } from './Review.tsx';
import { testResults, untried } from './test-results.ts';

interface ReviewSheetProps {
  forms: FormsDescription;
  draft: Draft;
  onClose: () => void;
}

export function ReviewSheet({ forms, draft, onClose }: ReviewSheetProps) {
  const { t } = useWords();

  async function apply(comment: string | undefined): Promise<SavedSections> {
    try {
      const { sections } = await call('POST /settings/changes', {
        body: {
          changes: draft.changes() as never,
          validateOnly: false,
          ...(comment !== undefined && { comment }),
        },
      });
      draft.discard();
      return sections;
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (problem.status === 422 || problem.status === 400) draft.found(problem.errors);
      // Somebody was faster: what is stored is taken in, and the page shows what is in conflict.
      if (problem.status === 412) await refresh(['/settings']);
      throw thrown;
    }
  }

  return (
    <Review
      forms={forms}
      title={t('review.title')}
      sections={draft.changedSections().flatMap((name) => changesOf(forms, draft, name))}
      cautions={draft.cautions()}
      command={commandLine(draft.changes())}
      apply={apply}
      onBack={onClose}
      onClose={onClose}
    >
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
