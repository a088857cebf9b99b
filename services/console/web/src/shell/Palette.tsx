// Search over pages and settings; an address or a number also offers where to look for it.
import { hiddenBy, type SearchHit, searchForms, valueWords } from '@pochtar/settings/forms';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '../api/queries.ts';
import { useWho } from '../api/session.ts';
import { useWords } from '../i18n/index.ts';
import { menuOf } from '../navigation.ts';
import { addressOf, describedAt, isSecret, partsOf, sectionOf, useForms } from '../settings/catalogue.ts';
import { type PaletteItem, SearchDialog } from '../ui/SearchDialog.tsx';

export function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const [query, setQuery] = useState('');
  const items = usePaletteItems(query.trim());
  const navigate = useNavigate();
  return (
    <SearchDialog
      title={t('search.title')}
      placeholder={t('search.placeholder')}
      nothing={query.trim() === '' ? '' : t('search.nothing')}
      query={query}
      onQuery={setQuery}
      items={items}
      onClose={onClose}
      onChoose={({ to }) => {
        const [path = '/', hash] = to.split('#');
        const [pathname, search] = path.split('?');
        onClose();
        void navigate({
          to: pathname,
          search: Object.fromEntries(new URLSearchParams(search)),
          ...(hash !== undefined && { hash }),
        } as never);
      }}
    />
  );
}

function usePaletteItems(query: string): PaletteItem[] {
  const { t } = useWords();
  const { role } = useWho();
  const places = menuOf(role)
    .flatMap((group) => group.places)
    .map(({ to, title }) => ({ key: to, to, label: t(title), description: '' }))
    .filter(({ label }) => label.toLowerCase().includes(query.toLowerCase()));
  const settings = useSettingHits(query);
  return [...objectsOf(query, t), ...settings, ...places].slice(0, 30);
}

function objectsOf(query: string, t: ReturnType<typeof useWords>['t']): PaletteItem[] {
  const isMailId = /^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(query);
  if (isMailId)
    return [
      { key: 'mail', to: `/trace/${query}`, label: t('search.trace', { text: query }), description: '' },
    ];
  if (!query.includes('@') && !/^[\d.]{7,15}$/.test(query)) return [];
  const encoded = encodeURIComponent(query);
  const trace = {
    key: 'trace',
    to: `/trace?q=${encoded}`,
    label: t('search.trace', { text: query }),
    description: '',
  };
  if (!query.includes('@')) return [trace];
  return [
    trace,
    {
      key: 'account',
      to: `/accounts?search=${encoded}`,
      label: t('search.account', { text: query }),
      description: '',
    },
  ];
}

/** Without its end, which is the label itself. */
function whereOf(path: string): string {
  return path.split(' › ').slice(0, -1).join(' › ');
}

function useSettingHits(query: string): PaletteItem[] {
  const { role } = useWho();
  const { say, t } = useWords();
  const mayLook = role === 'admin' || role === 'auditor';
  const forms = useForms().forms;
  const { data } = useApi('GET /settings', {}, { enabled: mayLook });
  if (!mayLook || forms === undefined || query === '') return [];
  const documents = Object.fromEntries((data?.sections ?? []).map(({ name, document }) => [name, document]));
  const valueOf = (path: string): string => {
    const { section, field } = partsOf(path);
    const described = describedAt(forms, path);
    const document = documents[section];
    if (described === undefined || isSecret(described) || document === undefined) return '';
    return say(valueWords(described, document[field]));
  };
  return searchForms(forms, query, { documents }).map((hit: SearchHit) => {
    const path = `${hit.section}.${hit.field}`;
    const section = sectionOf(forms, hit.section);
    const condition =
      section === undefined ? undefined : hiddenBy(section, hit.field, documents[hit.section] ?? {});
    const governing =
      condition === undefined ? undefined : describedAt(forms, `${hit.section}.${condition.field}`);
    return {
      key: path,
      to: addressOf(forms, governing === undefined ? path : `${hit.section}.${condition?.field ?? ''}`),
      label: say(hit.label),
      description:
        governing === undefined
          ? [whereOf(say(hit.path)), valueOf(path)].filter((one) => one !== '').join(' · ')
          : `${whereOf(say(hit.path))} — ${t('search.hidden', { field: say(governing.label) })}`,
    };
  });
}
