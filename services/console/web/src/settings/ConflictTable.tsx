// Two people changed the same fields: what it was, what they made of it, what stands here, and the choice. What only one
// of them changed is merged already.
import { type FormsDescription, valueWords } from '@pochtar/settings/forms';
import { useWords } from '../i18n/index.ts';
import { authorWords } from '../ui/Author.tsx';
import { Button } from '../ui/controls.ts';
import { Notice } from '../ui/Notice.tsx';
import { describedAt, isSecret, partsOf, sectionOf } from './catalogue.ts';
import type { Conflict, Draft } from './draft.ts';
import { useWholeDraft } from './use-draft.ts';

interface ConflictTableProps {
  forms: FormsDescription;
  draft: Draft;
  /** In a dialog over the page, which has its own. */
  isOver?: boolean;
}

export function ConflictTable({ forms, draft, isOver = false }: ConflictTableProps) {
  const { t } = useWords();
  useWholeDraft(draft);
  const conflicts = draft.conflicts();
  const [first] = conflicts;
  if (first === undefined) return null;
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a page has one landmark of that name
    <div
      className="f-conflicts"
      role={isOver ? 'group' : 'region'}
      tabIndex={-1}
      aria-label={t('conflict.title')}
    >
      <Notice tone="warn">
        <p>{t('conflict.text', { author: authorWords(first.author, t), count: conflicts.length })}</p>
        {conflicts.map((conflict) => (
          <ConflictRow key={conflict.path} forms={forms} draft={draft} conflict={conflict} />
        ))}
      </Notice>
    </div>
  );
}

function ConflictRow({
  forms,
  draft,
  conflict,
}: {
  forms: FormsDescription;
  draft: Draft;
  conflict: Conflict;
}) {
  const { t, say } = useWords();
  const { path, base, theirs, author } = conflict;
  const described = describedAt(forms, path);
  if (described === undefined || isSecret(described)) return null;
  const section = sectionOf(forms, partsOf(path).section);
  const words = (value: unknown) => say(valueWords(described, value));
  return (
    <div className="f-conflict">
      <b>
        {section !== undefined && `${say(section.label)}: `}
        {say(described.fullLabel ?? described.label)}
      </b>
      <span>
        {t('conflict.was')}: {words(base)}
      </span>
      <span className="p-actions">
        <Button size="xs" variant="default" onClick={() => draft.resolve(path, 'theirs')}>
          {t('conflict.theirs', { author: authorWords(author, t), value: words(theirs) })}
        </Button>
        <Button size="xs" variant="default" onClick={() => draft.resolve(path, 'mine')}>
          {t('conflict.mine', { value: words(draft.value(path)) })}
        </Button>
      </span>
    </div>
  );
}
