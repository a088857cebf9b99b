// Lists that come in pages: the options every such command has.
import type { Input } from './input.ts';
import { text } from './language.ts';
import type { Session } from './session.ts';
import type { Option } from './syntax.ts';

export const pageOptions: Record<string, Option> = {
  domain: { value: 'DOMAIN', help: text('только этого домена', 'of this domain only') },
  search: { value: 'TEXT', help: text('часть адреса или имени', 'part of the address or name') },
  after: { value: 'ADDRESS', help: text('продолжить после этого адреса', 'go on after this address') },
  limit: { value: 'N', help: text('не больше стольких строк (100)', 'at most this many lines (100)') },
};

export function pageOf(input: Input): { domain?: string; search?: string; after?: string; limit: number } {
  const [domain, search, after] = ['domain', 'search', 'after'].map((name) => input.option(name));
  return {
    limit: input.number('limit', { min: 1, max: 500 }) ?? 100,
    ...(domain !== undefined && { domain }),
    ...(search !== undefined && { search }),
    ...(after !== undefined && { after }),
  };
}

/** Tells how to see the next page. */
export function noteNext(session: Session, next: string | null): void {
  if (next === null) return;
  session.note(text(`дальше: --after ${next}`, `more: --after ${next}`));
}
