// Changes in words: label, old → new; lists as what came and went; secrets never by their value.
import type { FieldChange } from '@pochtar/settings/forms';
import { useWords } from '../i18n/index.ts';
import { Foreign } from '../ui/Foreign.tsx';

export function ChangeLines({ changes }: { changes: readonly FieldChange[] }) {
  const { say } = useWords();
  return (
    <dl className="f-changes">
      {changes.map((change) => (
        <div key={change.field}>
          <dt>{say(change.label)}</dt>
          <dd>
            <Line change={change} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Line({ change }: { change: FieldChange }) {
  const { t, say } = useWords();
  switch (change.kind) {
    case 'secret':
      return say(change.words);
    case 'value':
      return (
        <>
          <del>
            <Foreign text={say(change.before)} />
          </del>{' '}
          <span aria-hidden>→</span>{' '}
          <ins>
            <Foreign text={say(change.after)} />
          </ins>
        </>
      );
    case 'list':
    default:
      return (
        <ul className="p-plain">
          {change.added.map((entry) => (
            <li key={`+${entry.ru}`}>
              <ins>+ {say(entry)}</ins>
            </li>
          ))}
          {change.removed.map((entry) => (
            <li key={`-${entry.ru}`}>
              <del>− {say(entry)}</del>
            </li>
          ))}
          {change.altered.map(({ before, after }) => (
            <li key={`~${before.ru}`}>
              <del>{say(before)}</del> → <ins>{say(after)}</ins>
            </li>
          ))}
          {change.isReordered && <li>{t('review.reordered')}</li>}
          {'omitted' in change && <li>{t('review.omitted', { count: Number(change.omitted) })}</li>}
        </ul>
      );
  }
}
