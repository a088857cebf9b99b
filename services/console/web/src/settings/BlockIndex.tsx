// The blocks of the tab on the left: it follows the scrolling, and marks what is changed and what is wrong. Where there is
// little room it is a list to open.
import type { BlockDescription } from '@pochtar/settings/forms';
import { useEffect, useState } from 'react';
import { useWords } from '../i18n/index.ts';
import { ListChoice } from '../ui/ListChoice.tsx';
import { partsOf } from './catalogue.ts';
import { pathOf } from './draft.ts';
import { useAt } from './use-draft.ts';

export function BlockIndex({ blocks }: { blocks: readonly BlockDescription[] }) {
  const { t, say } = useWords();
  const active = useActive(blocks);
  return (
    <>
      <nav className="f-index" aria-label={t('settings.blocks')}>
        {blocks.map((block) => (
          <a
            key={block.id}
            href={`#block-${block.id}`}
            aria-current={active === block.id ? 'location' : undefined}
          >
            <span>{say(block.label)}</span>
            <Marks block={block} />
          </a>
        ))}
      </nav>
      <ListChoice
        className="f-index-select"
        aria-label={t('settings.blocks')}
        value={active}
        onChange={(id) => document.getElementById(`block-${id}`)?.scrollIntoView()}
        options={blocks.map((block) => ({ value: block.id, label: say(block.label) }))}
      />
    </>
  );
}

function Marks({ block }: { block: BlockDescription }) {
  const { t } = useWords();
  const state = useAt('*', (draft) => {
    const isOwn = (path: string) => block.sections.includes(partsOf(path).section);
    if ([...draft.localProblems(), ...draft.allProblems().map(pathOf)].some(isOwn)) return 'wrong';
    return draft.changedPaths().some(isOwn) ? 'changed' : 'none';
  });
  if (state === 'none') return null;
  const words = state === 'wrong' ? t('settings.markWrong') : t('settings.markChanged');
  return (
    <span role="img" className="f-index-mark" data-state={state} aria-label={words} title={words}>
      {state === 'wrong' ? '!' : '•'}
    </span>
  );
}

function useActive(blocks: readonly BlockDescription[]): string {
  const [active, setActive] = useState(blocks[0]?.id ?? '');
  useEffect(() => {
    const seen = new Map<string, boolean>();
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) seen.set(target.id, isIntersecting);
        const first = blocks.find(({ id }) => seen.get(`block-${id}`) === true);
        if (first !== undefined) setActive(first.id);
      },
      { rootMargin: '-80px 0px -40% 0px' },
    );
    for (const { id } of blocks) {
      const element = document.getElementById(`block-${id}`);
      if (element !== null) observer.observe(element);
    }
    return () => observer.disconnect();
  }, [blocks]);
  return active;
}
