// Nothing was found so far: a search in much mail stops after a moment, and goes on when it is told to.
import { useWords } from '../i18n/index.ts';
import { Button } from '../ui/controls.ts';
import { Empty } from '../ui/Empty.tsx';

export function SearchGoesOn({ soFar, onGoOn }: { soFar: string; onGoOn: () => void }) {
  const { t } = useWords();
  return (
    <Empty
      action={
        <Button variant="default" onClick={onGoOn}>
          {t('search.goOn')}
        </Button>
      }
    >
      {soFar}
    </Empty>
  );
}
