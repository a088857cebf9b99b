// Before anything is saved: what changes, in words, what follows, whom it touches, and the same as a command. After it:
// who has applied it.
import { diffDocuments, type FormsDescription } from '@pochtar/settings/forms';
import { useState } from 'react';
import { call } from '../api/client.ts';
import { asProblem, type FieldProblem } from '../api/problem.ts';
import { refresh } from '../api/queries.ts';
import { useStore } from '../api/store.ts';
import { useWords } from '../i18n/index.ts';
import { CodeLine } from '../ui/CodeLine.tsx';
import { Button, Group, TextInput } from '../ui/controls.ts';
import { Failure, Notice } from '../ui/Notice.tsx';
import { SidePanel } from '../ui/SidePanel.tsx';
import { AppliedList } from './AppliedList.tsx';
import { ChangeLines } from './ChangeLines.tsx';
import { sectionOf } from './catalogue.ts';
import { commandLine } from './command-line.ts';
import type { Draft } from './draft.ts';
import { testResults, untried } from './test-results.ts';

interface ReviewProps {
  forms: FormsDescription;
  draft: Draft;
  onClose: () => void;
}

type Saved = { name: string; revision: number }[];

export function ReviewSheet({ forms, draft, onClose }: ReviewProps) {
  const { t, say } = useWords();
  const [saved, setSaved] = useState<Saved | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [comment, setComment] = useState('');

  async function apply(): Promise<void> {
    setIsBusy(true);
    setError(null);
    try {
      const answer = await call('POST /settings/changes', {
        body: {
          changes: draft.changes() as never,
          validateOnly: false,
          ...(comment.trim() !== '' && { comment: comment.trim() }),
        },
      });
      setSaved(answer.sections);
      draft.discard();
      await refresh(['/settings']);
    } catch (thrown) {
      const problem = asProblem(thrown);
      if (problem.status === 422 || problem.status === 400) draft.found(problem.errors);
      // Somebody was faster: what is stored is taken in, and the page shows what is in conflict.
      if (problem.status === 412) await refresh(['/settings']);
      setError(thrown);
    } finally {
      setIsBusy(false);
    }
  }

  const label = (name: string) => {
    const section = sectionOf(forms, name);
    return section === undefined ? name : say(section.label);
  };
  if (saved !== null) {
    return (
      <SidePanel title={t('applied.title')} onClose={onClose} size={640}>
        <AppliedList saved={saved} label={label} />
        <Group justify="flex-end" mt="md">
          <Button onClick={onClose} data-autofocus>
            {t('action.close')}
          </Button>
        </Group>
      </SidePanel>
    );
  }
  return (
    <SidePanel title={t('review.title')} onClose={onClose} size={640}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void apply();
        }}
      >
        <Changes forms={forms} draft={draft} label={label} />
        <Cautions cautions={draft.cautions()} />
        <Untested forms={forms} draft={draft} />
        <Touched forms={forms} sections={draft.changedSections()} />
        <TextInput
          mb="sm"
          label={t('review.comment')}
          placeholder={t('review.commentExample')}
          maxLength={500}
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
          data-autofocus
        />
        <p className="p-muted p-small">{t('review.command')}</p>
        <CodeLine>{commandLine(draft.changes())}</CodeLine>
        <div className="p-gap">{error !== null && <Failure error={error} />}</div>
        <Group justify="flex-end" mt="md" gap={8}>
          <Button variant="default" onClick={onClose}>
            {t('action.back')}
          </Button>
          <Button type="submit" loading={isBusy}>
            {t('review.apply')}
          </Button>
        </Group>
      </form>
    </SidePanel>
  );
}

function Changes({
  forms,
  draft,
  label,
}: {
  forms: FormsDescription;
  draft: Draft;
  label: (name: string) => string;
}) {
  const { t } = useWords();
  return draft.changedSections().map((name) => {
    const described = sectionOf(forms, name);
    const stored = draft.stored(name);
    if (described === undefined || stored === undefined) return null;
    const changes = diffDocuments(stored.document, draft.document(name), described, draft.secretInput(name));
    return (
      <section key={name} className="f-review">
        <h3>
          {label(name)}{' '}
          <span className="p-muted p-small">
            {t('review.revisions', { from: stored.revision, to: stored.revision + 1 })}
          </span>
        </h3>
        <ChangeLines changes={changes} />
      </section>
    );
  });
}

function Cautions({ cautions }: { cautions: readonly FieldProblem[] }) {
  const { say } = useWords();
  return cautions.map((caution) => (
    <Notice key={`${caution.section ?? ''}.${caution.field} ${caution.code}`} tone="warn">
      {say(caution.message)}
    </Notice>
  ));
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

function Touched({ forms, sections }: { forms: FormsDescription; sections: readonly string[] }) {
  const { t } = useWords();
  const programs = new Set(sections.flatMap((name) => [...(sectionOf(forms, name)?.appliedBy ?? [])]));
  if (programs.size === 0) return null;
  return <p>{t('review.touched', { programs: [...programs].join(', ') })}</p>;
}
