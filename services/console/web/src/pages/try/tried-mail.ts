// What is typed into the page, and what came of it: in memory beside the page, so that whoever goes to the settings and comes
// back finds both. Mail goes nowhere else.
import type { Answer, Given } from '../../api/client.ts';
import { Store } from '../../api/store.ts';
import type { Draft } from '../../settings/draft.ts';

export type TriedMail = Answer<'POST /filters/try'>;
export type Verdict = TriedMail['verdicts'][number];
export type Outcome = TriedMail['outcomes'][number];
type Asked = NonNullable<Given<'POST /filters/try'>['body']>;

/** As the server takes it. */
export const mostBytes = 16 * 1024 * 1024;

export interface TypedMail {
  file: File | null;
  /** Pasted, where there is no file. */
  source: string;
  origin: TriedMail['origin'];
  from: string;
  to: string;
  client: string;
  /** Null: nobody has chosen; the draft where there is one. */
  settings: 'draft' | 'saved' | null;
}

const nothing: TypedMail = {
  ...{ file: null, source: '', origin: 'incoming', from: '', to: '', client: '', settings: null },
};

export const typedMail = new Store<TypedMail>(nothing);

export function typeMail(change: Partial<TypedMail>): void {
  typedMail.set({ ...typedMail.get(), ...change });
}

export interface Tried {
  at: string;
  /** What it was asked with. */
  asked: string;
  mail: File | string;
  isOfDraft: boolean;
  answer: TriedMail;
}

export const lastTried = new Store<Tried | null>(null);

export function usesDraft({ settings }: TypedMail, draft: Draft): boolean {
  return settings !== 'saved' && draft.changedPaths().length > 0;
}

/** What is sent beside the mail. What is left empty is read in the mail itself. */
export function askedOf(typed: TypedMail, draft: Draft): Asked {
  const { origin } = typed;
  const [from, client] = [typed.from.trim(), typed.client.trim()];
  const to = typed.to.split(/[\s,;]+/).filter(Boolean);
  const changes = usesDraft(typed, draft) ? draft.changes() : [];
  const values = changes.map(({ section, patch }) => [section, patch]);
  return {
    origin,
    ...(from !== '' && { from: from === '<>' ? '' : from }),
    ...(to.length > 0 && { to }),
    ...(client !== '' && origin === 'incoming' && { client }),
    values: Object.fromEntries(values) as Asked['values'],
  };
}

/** Whether the answer is still that of what stands on the page. */
export function isCurrent({ asked, mail }: Tried, typed: TypedMail, draft: Draft): boolean {
  return mail === (typed.file ?? typed.source) && asked === JSON.stringify(askedOf(typed, draft));
}
