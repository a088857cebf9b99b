// РУС | ENG: at once, without loading the page anew.
import { setLanguage, useWords } from '../i18n/index.ts';
import { SegmentedControl } from '../ui/controls.ts';

export function LanguageSwitch() {
  const { language, t } = useWords();
  return (
    <SegmentedControl
      size="xs"
      aria-label={t('top.language')}
      value={language}
      onChange={(value) => void setLanguage(value)}
      data={[
        { value: 'ru', label: 'РУС' },
        { value: 'en', label: 'ENG' },
      ]}
    />
  );
}
