// The frame of a page and of a part of it.
import { type ReactNode, useEffect } from 'react';
import { useWho } from '../api/session.ts';
import { useWords } from '../i18n/index.ts';
import { Commands } from './Commands.tsx';

interface PageProps {
  title: string;
  /** Where it stands: `Mail`, `Settings`. */
  path?: readonly string[];
  actions?: ReactNode;
  children: ReactNode;
}

export function Page({ title, path = [], actions, children }: PageProps) {
  const { t } = useWords();
  const { organisation } = useWho();
  const crumbs = [...(organisation === '' ? [] : [organisation]), ...path];
  useEffect(() => {
    document.title = `${title} · ${t('app.name')}`;
  }, [title, t]);
  return (
    <div className="p-page">
      {crumbs.length > 0 && <div className="p-crumbs">{crumbs.join(' › ')}</div>}
      <div className="p-page-head">
        <h1>{title}</h1>
        {actions !== undefined && <div className="p-actions">{actions}</div>}
      </div>
      {children}
      <Commands />
    </div>
  );
}

interface BlockProps {
  id?: string;
  title: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
}

export function Block({ id, title, aside, children }: BlockProps) {
  return (
    <section className="p-block" id={id} {...(id !== undefined && { 'aria-labelledby': `${id}--title` })}>
      <div className="p-block-head">
        <h2 id={id === undefined ? undefined : `${id}--title`}>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}
