// A link to a page of the console. Addresses come from data (menu, catalogue), so that the router's types do not know them.
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

interface GoProps {
  /** With a hash or without: `/settings/mail#relay.port`. */
  to: string;
  search?: Record<string, string>;
  className?: string;
  'aria-current'?: 'page' | undefined;
  children: ReactNode;
}

export function Go({ to, search = {}, children, ...rest }: GoProps) {
  const [path, hash] = to.split('#');
  return (
    <Link {...({ to: path, search, ...(hash !== undefined && { hash }) } as { to: '/' })} {...rest}>
      {children}
    </Link>
  );
}
