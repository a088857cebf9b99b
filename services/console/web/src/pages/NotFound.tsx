// No such page, or none for this role: the two look the same.
import { useWords } from '../i18n/index.ts';
import { Empty } from '../ui/Empty.tsx';
import { Page } from '../ui/Page.tsx';
import { Go } from '../ui/Go.tsx';

export function NotFound() {
  const { t } = useWords();
  return (
    <Page title={t('page.notFound')}>
      <section className="p-block">
        <Empty action={<Go to="/">{t('notFound.home')}</Go>}>{t('notFound.text')}</Empty>
      </section>
    </Page>
  );
}
