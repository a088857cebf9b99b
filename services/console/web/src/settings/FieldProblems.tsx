// What is wrong with a field: the bounds of the catalogue as it is typed, then what the server found.
import { useMemo } from 'react';
import { useWords } from '../i18n/index.ts';
import type { FieldProblem } from '../api/problem.ts';
import { addressOf, describedAt, labelOf } from './catalogue.ts';
import { useAt, useForm } from './use-draft.ts';

export function useProblems(path: string): readonly FieldProblem[] {
  // Written down, so that a field renders only when what is wrong with it changes.
  const written = useAt('*', (draft) => {
    const local = draft.localProblem(path);
    const problems =
      local === undefined
        ? draft.problems(path)
        : [{ pointer: '', field: path, code: 'local', message: local }];
    return problems.length === 0 ? '' : JSON.stringify(problems);
  });
  return useMemo(() => (written === '' ? [] : (JSON.parse(written) as FieldProblem[])), [written]);
}

export function FieldProblems({ path, problems }: { path: string; problems: readonly FieldProblem[] }) {
  const { say } = useWords();
  return problems.map((problem) => (
    <div key={`${problem.field} ${problem.code}`} className="f-error">
      {say(problem.message)}
      {(problem.related ?? [])
        .map(({ section, field }) => `${section}.${field}`)
        .filter((related) => related !== path)
        .map((related) => (
          <FieldLink key={related} path={related} />
        ))}
    </div>
  ));
}

/** To another field, by its label. */
export function FieldLink({ path }: { path: string }) {
  const { say } = useWords();
  const { forms } = useForm();
  const [section = '', field = ''] = path.split('.');
  const described = describedAt(forms, `${section}.${field}`);
  if (described === undefined) return null;
  return (
    <a className="f-link" href={addressOf(forms, `${section}.${field}`)}>
      {say(labelOf(described))}
    </a>
  );
}
