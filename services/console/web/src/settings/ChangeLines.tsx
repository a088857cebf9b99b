// Changes in words: label, old → new; lists as what came and went; secrets never by their value.
import type { FieldChange } from '@pochtar/settings/forms';
import { useApi } from '../api/queries.ts';
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

/** A certificate by its name: documents have its id. */
function useNames(): (text: string) => string {
  const { data } = useApi('GET /certificates');
  return (text) => data?.certificates.find(({ id }) => id === text)?.name ?? text;
}

function Line({ change }: { change: FieldChange }) {
  const { t, say } = useWords();
  const named = useNames();
  switch (change.kind) {
    case 'secret':
      return say(change.words);
    case 'value':
      return (
        <>
          <del>
            <Foreign text={named(say(change.before))} />
          </del>{' '}
          <span aria-hidden>→</span>{' '}
          <ins>
            <Foreign text={named(say(change.after))} />
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
