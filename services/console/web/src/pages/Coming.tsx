// A page whose service comes later: one sentence, no controls.
import { type Key, useWords } from '../i18n/index.ts';
import { menu } from '../navigation.ts';
import { Empty } from '../ui/Empty.tsx';
import { Page } from '../ui/Page.tsx';

export function Coming({ title, text }: { title: Key; text: Key }) {
  const { t } = useWords();
  const group = menu.find(({ places }) => places.some((place) => place.title === title));
  return (
    <Page title={t(title)} path={group?.title == null ? [] : [t(group.title)]}>
      <section className="p-block">
        <Empty>{t(text)}</Empty>
      </section>
    </Page>
  );
}
