// Nothing was found so far: a search in much mail stops after a moment, and goes on when it is told to.
import { search as english } from '../i18n/en/search.ts';
import { addWords, useWords } from '../i18n/index.ts';
import { search as russian } from '../i18n/ru/search.ts';
import { Button } from '../ui/controls.ts';
import { Empty } from '../ui/Empty.tsx';

addWords({ ru: russian, en: english });

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
