// РУС | ENG: at once, without loading the page anew.
import { type Language, setLanguage, useWords } from '../i18n/index.ts';
import { SegmentedControl } from '../ui/controls.ts';

/** Each in its own words: whoever looks for one may not read the other. */
export const languages: readonly { language: Language; name: string; short: string }[] = [
  { language: 'ru', name: 'Русский', short: 'РУС' },
  { language: 'en', name: 'English', short: 'ENG' },
];

export function LanguageSwitch() {
  const { language, t } = useWords();
  return (
    <SegmentedControl
      size="xs"
      aria-label={t('top.language')}
      value={language}
      onChange={(value) => void setLanguage(value)}
      data={languages.map(({ language: value, short: label }) => ({ value, label }))}
    />
  );
}
