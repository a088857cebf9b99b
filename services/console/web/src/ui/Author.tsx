// Who did something, as people call them: by name, and how they came where it was not by this console.
import { useWords, type Words } from '../i18n/index.ts';
import { Foreign } from './Foreign.tsx';

/** `console:petr`, `ctl:root`, `first start`, as it is written down. */
export function authorWords(author: string, t: Words['t']): string {
  if (author === 'first start') return t('author.firstStart');
  const [, way, name = ''] = /^(console|user|ctl):(.+)$/.exec(author) ?? [];
  if (way === undefined) return author;
  return way === 'ctl' ? t('author.commandLine', { name }) : name;
}

export function Author({ name }: { name: string }) {
  const { t } = useWords();
  return <Foreign text={authorWords(name, t)} />;
}
