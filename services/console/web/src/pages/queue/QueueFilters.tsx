// What narrows the queue. Everything stands in the address.
import { useWords } from '../../i18n/index.ts';
import { Select } from '../../ui/controls.ts';
import { FilterField } from '../../ui/FilterField.tsx';
import { Filters } from '../../ui/Filters.tsx';
import type { View } from '../search.ts';
import { allHolders, heldByQuery, holderWords } from './states.ts';

export const states = ['active', 'parked', 'held', 'scheduled'] as const;
const texts = ['sender', 'recipient', 'destination', 'reason'] as const;
/** Older than so many minutes. */
const ages = ['60', '300', '1440'] as const;

export interface QueueQuery extends ReturnType<typeof heldByQuery> {
  state?: (typeof states)[number];
  sender?: string;
  recipient?: string;
  destination?: string;
  reason?: string;
  olderThanMinutes?: number;
}

export function queueQuery(view: View): QueueQuery {
  const state = states.find((one) => one === view.state);
  const age = ages.find((one) => one === view.age);
  const given = texts.flatMap((name) => (view[name] === undefined ? [] : [[name, view[name]]]));
  return {
    ...(state !== undefined && { state }),
    ...heldByQuery(view.holder),
    ...(age !== undefined && { olderThanMinutes: Number(age) }),
    ...(Object.fromEntries(given) as Record<string, string>),
  };
}

export const noFilters = {
  state: undefined,
  holder: undefined,
  age: undefined,
  sender: undefined,
  recipient: undefined,
  destination: undefined,
  reason: undefined,
};

interface QueueFiltersProps {
  view: View;
  onChange: (change: Record<string, string | undefined>) => void;
}

export function QueueFilters({ view, onChange }: QueueFiltersProps) {
  const { t } = useWords();
  const query = queueQuery(view);
  return (
    <Filters isActive={Object.keys(query).length > 0}>
      <Select
        label={t('state.title')}
        value={query.state ?? ''}
        onChange={(chosen) => onChange({ state: chosen ?? undefined })}
        data={[
          { value: '', label: t('queue.allStates') },
          ...states.map((one) => ({ value: one, label: t(`queue.state.${one}`) })),
        ]}
      />
      <Select
        label={t('queue.held')}
        value={query.heldBy ?? query.filter ?? ''}
        onChange={(chosen) => onChange({ holder: chosen ?? undefined })}
        data={[
          { value: '', label: t('queue.allStates') },
          ...allHolders.map((one) => ({ value: one, label: holderWords(one, t) })),
        ]}
      />
      <Select
        label={t('queue.since')}
        value={view.age ?? ''}
        onChange={(chosen) => onChange({ age: chosen ?? undefined })}
        data={[
          { value: '', label: t('queue.anyAge') },
          ...ages.map((one) => ({ value: one, label: t(`queue.over.${one}`) })),
        ]}
      />
      {texts.map((name) => (
        <FilterField
          key={name}
          label={t(`queue.${name}`)}
          value={view[name] ?? ''}
          onChange={(text) => onChange({ [name]: text })}
        />
      ))}
    </Filters>
  );
}
