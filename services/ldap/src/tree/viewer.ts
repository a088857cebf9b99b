// As whom a session looks at the book: setting `access`.
import { mayLookUnnamed } from '@pochtar/service';
import type { Settings } from '@pochtar/settings';
import type { Viewer } from './visibility.ts';

interface Looking {
  readonly person: { readonly address: string; readonly domain: string } | null;
  readonly clientAddress: string;
}

/** null: whoever has not logged in sees nothing. Of who may search without, the server's own domain is his own. */
export function viewerOf(
  { person, clientAddress }: Looking,
  access: Settings['addressBook']['access'],
  defaultDomain: string | null,
): Viewer | null {
  if (person !== null) return person;
  return mayLookUnnamed(access, clientAddress) ? { address: null, domain: defaultDomain } : null;
}
