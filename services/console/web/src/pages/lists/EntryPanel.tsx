// One entry over the list: its comment and its end are changed, it is removed.
import { useState } from 'react';
import { useChange } from '../../api/queries.ts';
import { formatNumber } from '../../i18n/format.ts';
import { useWords } from '../../i18n/index.ts';
import { Author } from '../../ui/Author.tsx';
import { TextInput } from '../../ui/controls.ts';
import { Facts } from '../../ui/Facts.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { PanelForm } from '../../ui/PanelForm.tsx';
import { Time } from '../../ui/Time.tsx';
import { toast } from '../../ui/toast.tsx';
import { effectOf, type Entry, kinds, type List, localOf, momentOf } from './parts.ts';

interface PanelProps {
  list: List;
  entry: Entry;
  isReadOnly: boolean;
  onRemove: () => void;
  onClose: () => void;
}

export function EntryPanel({ list, entry, isReadOnly, onRemove, onClose }: PanelProps) {
  const { t, say, language } = useWords();
  const [comment, setComment] = useState(entry.comment);
  const [until, setUntil] = useState(localOf(entry.expiresAt));
  const change = useChange('PATCH /lists/:list', ['/lists']);
  const save = () => {
    const isEndKept = until === localOf(entry.expiresAt);
    const body = {
      value: entry.value,
      comment: comment.trim(),
      ...(!isEndKept && { expiresAt: momentOf(until) }),
    };
    change.mutate(
      { params: { list }, body },
      {
        onSuccess: () => {
          toast(t('lists.changed'));
          onClose();
        },
      },
    );
  };
  return (
    <PanelForm
      title={<Foreign text={entry.value} />}
      isReadOnly={isReadOnly}
      isBusy={change.isPending}
      isReady={!isReadOnly}
      error={change.error}
      onSave={save}
      onDelete={onRemove}
      deleteVerb={t('lists.remove')}
      onClose={onClose}
    >
      {entry.cautions.map(({ code, message }) => (
        <Notice key={code} tone="warn">
          {say(message)}
        </Notice>
      ))}
      <Facts
        facts={[
          [t('lists.kind'), t(kinds[entry.kind])],
          [t('lists.effect'), t(effectOf(list, entry))],
          ...(entry.addresses === null
            ? []
            : ([[t('lists.addresses'), entry.addresses.join(', ')]] as [string, string][])),
          [t('lists.by'), <Author key="author" name={entry.author} />],
          [t('lists.since'), <Time key="since" at={entry.createdAt} />],
          [t('lists.hits'), formatNumber(entry.hits, language)],
          [t('lists.lastHit'), <Time key="last" at={entry.lastHitAt} />],
        ]}
      />
      <TextInput
        label={t('lists.comment')}
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
        maxLength={200}
        readOnly={isReadOnly}
        autoComplete="off"
      />
      <TextInput
        type="datetime-local"
        label={t('lists.until')}
        description={t('lists.untilHelp')}
        value={until}
        onChange={(event) => setUntil(event.currentTarget.value)}
        readOnly={isReadOnly}
      />
    </PanelForm>
  );
}
