// Nothing fits the filters; that is not the same as nothing being there.
import { useWords } from '../i18n/index.ts';
import { Button } from '../ui/controls.ts';
import { Empty } from '../ui/Empty.tsx';

export function Filtered({ onReset }: { onReset: () => void }) {
  const { t } = useWords();
  return (
    <Empty
      action={
        <Button variant="default" onClick={onReset}>
          {t('filter.reset')}
        </Button>
      }
    >
      {t('filter.empty')}
    </Empty>
  );
}
