// One field for every kind of entry: what it is read as, and what should be known, is said while it is typed.
import { useEffect, useState } from 'react';
import { useChange } from '../../api/queries.ts';
import { asProblem } from '../../api/problem.ts';
import { useWords } from '../../i18n/index.ts';
import { Button, TextInput } from '../../ui/controls.ts';
import { Failure, Notice } from '../../ui/Notice.tsx';
import { toast } from '../../ui/toast.tsx';
import { call } from '../../api/client.ts';
import { kinds, type List, momentOf } from './parts.ts';
import { useQuery } from '@tanstack/react-query';

const quietMs = 300;

export function AddEntry({ list, onManyLines }: { list: List; onManyLines: (text: string) => void }) {
  const { t, say } = useWords();
  const [value, setValue] = useState('');
  const [comment, setComment] = useState('');
  const [until, setUntil] = useState('');
  const looked = useLook(list, value.trim());
  const add = useChange('POST /lists/:list', ['/lists']);
  const submit = () =>
    add.mutate(
      {
        params: { list },
        body: { value: value.trim(), comment: comment.trim(), expiresAt: momentOf(until) },
      },
      {
        onSuccess: ({ value: added }) => {
          toast(t('lists.added', { value: added }));
          setValue('');
          setComment('');
          setUntil('');
        },
      },
    );
  const problem = looked.error === null || value.trim() === '' ? null : asProblem(looked.error);
  const known = value.trim() === '' ? undefined : looked.data;
  const isReady = value.trim() !== '' && problem === null && known?.exists !== true;
  const reading =
    known === undefined ? t('lists.entryHelp') : t(known.exists ? 'lists.exists' : kinds[known.kind]);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) submit();
      }}
    >
      <div className="p-filters">
        <TextInput
          className="p-filter-wide"
          label={t('lists.newEntry')}
          value={value}
          onChange={(event) => setValue(event.currentTarget.value)}
          onPaste={(event) => {
            const text = event.clipboardData.getData('text');
            if (!text.trim().includes('\n')) return;
            event.preventDefault();
            onManyLines(text);
          }}
          error={problem !== null && say(problem.messages)}
          description={reading}
          autoComplete="off"
          spellCheck={false}
        />
        <TextInput
          label={t('lists.comment')}
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
          maxLength={200}
          autoComplete="off"
        />
        <TextInput
          type="datetime-local"
          label={t('lists.until')}
          value={until}
          onChange={(event) => setUntil(event.currentTarget.value)}
        />
        <Button type="submit" disabled={!isReady} loading={add.isPending}>
          {t('action.add')}
        </Button>
      </div>
      {known?.cautions.map(({ code, message }) => (
        <Notice key={code} tone="warn">
          {say(message)}
        </Notice>
      ))}
      {add.error !== null && <Failure error={add.error} />}
    </form>
  );
}

/** How the server reads what is typed, a moment after the last key. */
function useLook(list: List, value: string) {
  const [quiet, setQuiet] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setQuiet(value), quietMs);
    return () => clearTimeout(timer);
  }, [value]);
  const isOld = quiet !== value;
  const looked = useQuery({
    queryKey: ['look', list, quiet],
    queryFn: () =>
      call('POST /lists/:list', { params: { list }, body: { value: quiet, validateOnly: true } }),
    enabled: quiet !== '' && !isOld,
    retry: false,
    staleTime: 0,
    gcTime: 0,
  });
  return isOld ? { data: undefined, error: null } : looked;
}
