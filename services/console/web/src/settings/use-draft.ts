// The draft of the settings as React follows it. There is one for all tabs, because a save may touch several sections.
import type { FormsDescription } from '@pochtar/settings/forms';
import { createContext, use, useEffect, useSyncExternalStore } from 'react';
import { call } from '../api/client.ts';
import { asProblem, type FieldProblem } from '../api/problem.ts';
import { useApi } from '../api/queries.ts';
import { Draft } from './draft.ts';

let kept: { forms: FormsDescription; draft: Draft } | undefined;

function draftOf(forms: FormsDescription): Draft {
  if (kept?.forms !== forms) kept = { forms, draft: new Draft(forms) };
  return kept.draft;
}

/** The draft, once there are documents in it; it follows what others save. */
export function useLoadedDraft(forms: FormsDescription | undefined) {
  const { data, error, refetch } = useApi('GET /settings', {}, { every: 10_000 });
  const draft = forms === undefined ? undefined : draftOf(forms);
  useEffect(() => {
    if (draft === undefined || data === undefined) return;
    draft.take(data.sections);
  }, [draft, data]);
  const isReady = useSyncExternalStore(
    (listener) => draft?.subscribe('*', listener) ?? (() => undefined),
    () => draft?.isLoaded ?? false,
  );
  return { draft: isReady ? draft : undefined, error, refetch };
}

interface Form {
  forms: FormsDescription;
  draft: Draft;
  isReadOnly: boolean;
}

export const FormContext = createContext<Form | null>(null);

export function useForm(): Form {
  const form = use(FormContext);
  if (form === null) throw new Error('a field outside of a form');
  return form;
}

/** Something of one path of the draft; what is read has to be the same object while nothing changes. */
export function useAt<Value>(path: string, read: (draft: Draft) => Value): Value {
  const { draft } = useForm();
  return useSyncExternalStore(
    (listener) => draft.subscribe(path, listener),
    () => read(draft),
  );
}

/** Renders with every change of the draft. */
export function useWholeDraft(draft: Draft): number {
  return useSyncExternalStore(
    (listener) => draft.subscribe('*', listener),
    () => draft.version,
  );
}

const quietMs = 500;

/** Has the server look at the draft whenever nothing was typed for half a second. */
export function useValidation(draft: Draft): void {
  useEffect(() => {
    let checked = '[]';
    let timer: ReturnType<typeof setTimeout> | undefined;
    let asked = new AbortController();
    async function check(): Promise<void> {
      if (draft.isBeingSaved) return;
      const changes = draft.changes(true);
      const written = JSON.stringify(changes);
      if (written === checked) return;
      asked = new AbortController();
      if (await validate(draft, changes, asked.signal)) checked = written;
    }
    const unsubscribe = draft.subscribe('*', () => {
      if (JSON.stringify(draft.changes(true)) === checked) return;
      clearTimeout(timer);
      asked.abort();
      timer = setTimeout(() => void check(), quietMs);
    });
    return () => {
      unsubscribe();
      clearTimeout(timer);
      asked.abort();
    };
  }, [draft]);
}

/** False when it was not answered. */
async function validate(
  draft: Draft,
  changes: ReturnType<Draft['changes']>,
  signal: AbortSignal,
): Promise<boolean> {
  if (changes.length === 0) {
    draft.found([]);
    return true;
  }
  try {
    const answer = await call(
      'POST /settings/changes',
      { body: { changes: changes as never, validateOnly: true } },
      signal,
    );
    draft.found([], (answer.cautions ?? []) as FieldProblem[]);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    const { status, errors } = asProblem(error);
    const isWrong = status === 422 || status === 400;
    if (isWrong) draft.found(errors);
    return isWrong;
  }
}
