// Before anything is saved: what changes, in words, what follows, whom it touches, and the same as a command. After it:
// who has applied it. A save of the form, a file that is handed in and a way back are reviewed alike.
import { type FieldChange, type FormsDescription, programsToCome } from '@pochtar/settings/forms';
import { type ReactNode, useState } from 'react';
import type { Answer } from '../api/client.ts';
import { refresh } from '../api/queries.ts';
import { useWords } from '../i18n/index.ts';
import { CodeLine } from '../ui/CodeLine.tsx';
import { Button, Group, TextInput } from '../ui/controls.ts';
import { Failure, Notice } from '../ui/Notice.tsx';
import { SidePanel } from '../ui/SidePanel.tsx';
import { AppliedList } from './AppliedList.tsx';
import { ChangeLines } from './ChangeLines.tsx';
import { sectionOf } from './catalogue.ts';

export interface ReviewedSection {
  name: string;
  /** The revision that is current. */
  revision: number;
  changes: readonly FieldChange[];
}

type Caution = NonNullable<Answer<'POST /settings/import'>['cautions']>[number];

export interface Saved {
  sections: readonly { name: string; revision: number; changed: boolean }[];
  changeId: string | null;
}

interface ReviewProps {
  forms: FormsDescription;
  title: string;
  sections: readonly ReviewedSection[];
  cautions: readonly Caution[];
  command: string;
  /** The one answer of the server that saves. */
  apply: (comment: string | undefined) => Promise<Saved>;
  /** Leads to the way back of what was just saved: it stands beside who has applied it and who could not. */
  onUndo?: (changeId: string) => void;
  /** What has to be decided first. */
  isUndecided?: boolean;
  /** To where the changes come from. */
  onBack: () => void;
  onClose: () => void;
  children?: ReactNode;
}

export function Review(props: ReviewProps) {
  const { t, say } = useWords();
  const [saved, setSaved] = useState<Saved | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [comment, setComment] = useState('');

  async function apply(): Promise<void> {
    setIsBusy(true);
    setError(null);
    try {
      setSaved(await props.apply(comment.trim() === '' ? undefined : comment.trim()));
      await refresh(['/settings']);
    } catch (thrown) {
      setError(thrown);
    } finally {
      setIsBusy(false);
    }
  }

  const label = (name: string) => {
    const section = sectionOf(props.forms, name);
    return section === undefined ? name : say(section.label);
  };
  if (saved !== null) {
    const { onUndo } = props;
    const { changeId } = saved;
    return (
      <SidePanel title={t('applied.title')} onClose={props.onClose} size={640}>
        <AppliedList saved={saved.sections.filter(({ changed }) => changed)} label={label} />
        <Group className="p-decision" justify="flex-end" mt="md" gap={8}>
          {onUndo !== undefined && changeId !== null && (
            <Button variant="default" onClick={() => onUndo(changeId)}>
              {t('history.undo')}
            </Button>
          )}
          <Button onClick={props.onClose} data-autofocus>
            {t('action.close')}
          </Button>
        </Group>
      </SidePanel>
    );
  }
  return (
    <SidePanel title={props.title} onClose={props.onClose} size={640}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void apply();
        }}
      >
        <Changes sections={props.sections} label={label} />
        <Cautions cautions={props.cautions} />
        {props.children}
        <Touched forms={props.forms} sections={props.sections} />
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
        <CodeLine>{props.command}</CodeLine>
        <div className="p-gap">{error !== null && <Failure error={error} />}</div>
        <Group className="p-decision" justify="flex-end" mt="md" gap={8}>
          <Button variant="default" onClick={props.onBack}>
            {t('action.back')}
          </Button>
          <Button
            type="submit"
            loading={isBusy}
            disabled={props.isUndecided === true || props.sections.length === 0}
          >
            {t('review.apply')}
          </Button>
        </Group>
      </form>
    </SidePanel>
  );
}

interface ChangesProps {
  sections: readonly ReviewedSection[];
  label: (name: string) => string;
}

function Changes({ sections, label }: ChangesProps) {
  const { t } = useWords();
  return sections.map(({ name, revision, changes }) => (
    <section key={name} className="f-review">
      <h3>
        {label(name)}{' '}
        <span className="p-muted p-small">{t('review.revisions', { from: revision, to: revision + 1 })}</span>
      </h3>
      <ChangeLines changes={changes} />
    </section>
  ));
}

function Cautions({ cautions }: Pick<ReviewProps, 'cautions'>) {
  const { say } = useWords();
  return cautions.map((caution) => (
    <Notice key={`${caution.section ?? ''}.${caution.field} ${caution.code}`} tone="warn">
      {caution.label !== undefined && <b>{say(caution.label)}: </b>}
      {say(caution.message)}
    </Notice>
  ));
}

function Touched({ forms, sections }: { forms: FormsDescription; sections: readonly ReviewedSection[] }) {
  const { t } = useWords();
  const programs = new Set(
    sections
      .flatMap(({ name }) => [...(sectionOf(forms, name)?.appliedBy ?? [])])
      .filter((program) => !programsToCome.has(program)),
  );
  if (programs.size === 0) return null;
  return <p>{t('review.touched', { programs: [...programs].join(', ') })}</p>;
}
