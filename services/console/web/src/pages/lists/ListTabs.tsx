// The three lists, with how much is in each, and what they do not count for.
import { useNavigate } from '@tanstack/react-router';
import { useApi } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { SegmentedControl } from '../../ui/controls.ts';
import { useNarrow } from '../../ui/narrow.ts';

export function ListTabs({ current }: { current: 'white' | 'black' | 'networks' | 'guard' }) {
  const { t } = useWords();
  const isNarrow = useNarrow();
  const navigate = useNavigate();
  const { data } = useApi('GET /lists');
  const label = (name: string, count: number | undefined) =>
    count === undefined ? name : `${name} · ${count}`;
  return (
    <SegmentedControl
      aria-label={t('lists.views')}
      orientation={isNarrow ? 'vertical' : 'horizontal'}
      fullWidth={isNarrow}
      value={current}
      onChange={(list) => void navigate({ to: `/lists/${list}` })}
      data={[
        { value: 'white', label: label(t('lists.white'), data?.white) },
        { value: 'black', label: label(t('lists.black'), data?.black) },
        { value: 'networks', label: label(t('lists.networks'), data?.networks) },
        { value: 'guard', label: t('lists.guard') },
      ]}
    />
  );
}
