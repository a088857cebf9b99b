// Who is found beside the mailboxes: aliases, groups, people outside.
import { useNavigate } from '@tanstack/react-router';
import { external as english } from '../../i18n/en/external.ts';
import { addWords, useWords } from '../../i18n/index.ts';
import { external as russian } from '../../i18n/ru/external.ts';
import { SegmentedControl } from '../../ui/controls.ts';
import { useNarrow } from '../../ui/narrow.ts';

addWords({ ru: russian, en: english });

export type NameTab = 'aliases' | 'groups' | 'contacts';

const places: Readonly<Record<NameTab, { to: string; search: object }>> = {
  aliases: { to: '/names', search: {} },
  groups: { to: '/names', search: { tab: 'groups' } },
  contacts: { to: '/names/contacts', search: {} },
};

export function NameTabs({ current }: { current: NameTab }) {
  const { t } = useWords();
  const isNarrow = useNarrow();
  const navigate = useNavigate();
  return (
    <SegmentedControl
      aria-label={t('names.views')}
      mb="md"
      orientation={isNarrow ? 'vertical' : 'horizontal'}
      fullWidth={isNarrow}
      value={current}
      onChange={(tab) => void navigate({ ...places[tab], replace: true } as { to: '/' })}
      data={[
        { value: 'aliases', label: t('names.aliases') },
        { value: 'groups', label: t('names.groups') },
        { value: 'contacts', label: t('external.title') },
      ]}
    />
  );
}
