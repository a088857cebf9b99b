// The secret of a web hook, once.
import { useWords } from '../../i18n/index.ts';
import { CodeLine } from '../../ui/CodeLine.tsx';
import { Notice } from '../../ui/Notice.tsx';

export function HookSecret({ value }: { value: string }) {
  const { t } = useWords();
  return (
    <Notice tone="ok">
      <p>{t('hooks.secretOnce')}</p>
      <CodeLine>{value}</CodeLine>
    </Notice>
  );
}
