// Sections by their labels, as far as the catalogue has come.
import { sectionOf, useForms } from '../settings/catalogue.ts';
import { useWords } from '../i18n/index.ts';

export function useSectionLabels(): (name: string) => string {
  const { say } = useWords();
  const { forms } = useForms();
  return (name) => {
    const section = forms === undefined ? undefined : sectionOf(forms, name);
    return section === undefined ? name : say(section.label);
  };
}
