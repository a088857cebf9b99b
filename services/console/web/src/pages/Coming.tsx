// A page whose service comes later: one sentence, no controls.
import { type Key, useWords } from '../i18n/index.ts';
import { Empty } from '../ui/Empty.tsx';
import { Page } from '../ui/Page.tsx';

export function Coming({ title, text }: { title: Key; text: Key }) {
  const { t } = useWords();
  return (
    <Page title={t(title)}>
      <section className="p-block">
        <Empty>{t(text)}</Empty>
      </section>
    </Page>
  );
}
