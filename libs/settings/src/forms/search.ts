/**
 * Finds fields by what a person types: labels, search words, names, help and current values, in both languages at
 * once, whatever the case, ё or е, and the layout of the keyboard.
 */
import { type Text, text } from '../text.ts';
import type {
  BlockDescription,
  Document,
  FieldDescription,
  FormsDescription,
  SecretDescription,
  Tab,
  TabDescription,
} from './description.ts';
import { layouts } from './keyboard.ts';
import { fit, nameWords, normal, wordsOf } from './match.ts';
import { valueWords } from './value.ts';

export interface SearchHit {
  readonly section: string;
  readonly field: string;
  /** Where it stands: `Settings › Encryption › SMTP › Certificate`. */
  readonly path: Text;
  readonly label: Text;
  readonly tab: Tab;
  readonly block: string;
  /** By what it was found, the best of them. */
  readonly found: Found;
}

export type Found = 'path' | 'label' | 'term' | 'name' | 'block' | 'value' | 'help';

export interface SearchOptions {
  /** Current documents by section; with them, values are searched too. */
  readonly documents?: Readonly<Record<string, Document>>;
  readonly limit?: number;
}

/** The fields that fit, the best first: all words of the query have to; if no field does, most of them. */
export function searchForms(
  forms: FormsDescription,
  query: string,
  options: SearchOptions = {},
): SearchHit[] {
  const { documents, limit = 20 } = options;
  const typed = query.slice(0, longestQuery);
  const words = significant(normal(typed).split(/\s+/).filter(hasWords));
  if (words.length === 0) return [];
  const rated = indexOf(forms).flatMap((entry) => {
    const value = documents === undefined ? undefined : valueOf(entry, documents);
    const scores = words.map((word) => rateWord(word, value === undefined ? entry : { ...entry, value }));
    const matched = scores.filter(({ score }) => score > 0);
    if (matched.length === 0) return [];
    const whole = ratePhrase(typed, entry);
    const best = [whole, ...matched].reduce((a, b) => (b.score > a.score ? b : a));
    const mean = matched.reduce((sum, { score }) => sum + score, 0) / matched.length;
    const place = entry.hit.isAside ? -1 : 0;
    return [{ entry, matched: matched.length, score: whole.score + mean + place, found: best.found }];
  });
  const most = Math.max(0, ...rated.map((one) => one.matched));
  if (most * 2 < words.length) return [];
  return rated
    .filter((one) => one.matched === most)
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ entry, found }) => ({ ...entry.hit.place, found }));
}

const longestQuery = 200;

/** Words that say nothing, unless nothing else was typed. */
const fillers = new Set(
  'в во на с со для по и из от за к как при не the of for in on to a an how and'.split(' '),
);

function significant(words: readonly string[]): readonly string[] {
  const telling = words.filter((word) => !fillers.has(word));
  return telling.length === 0 ? words : telling;
}

function hasWords(typed: string): boolean {
  return layouts(typed).some((one) => wordsOf(one).length > 0);
}

interface Entry {
  readonly hit: { readonly place: Omit<SearchHit, 'found'>; readonly isAside: boolean };
  readonly described: FieldDescription | SecretDescription;
  /** What is compared with the whole query. */
  readonly phrases: {
    readonly labels: readonly string[];
    readonly terms: readonly string[];
    readonly path: string;
  };
  readonly label: readonly string[];
  readonly term: readonly string[];
  readonly name: readonly string[];
  readonly block: readonly string[];
  readonly help: readonly string[];
  readonly value?: readonly string[];
}

const weights = { label: 100, term: 70, name: 60, value: 50, block: 40, help: 20 } as const;

interface Rated {
  readonly score: number;
  readonly found: Found;
}

const nothing: Rated = { score: 0, found: 'help' };

/** The best place for a word, in the layout in which it fits best. */
function rateWord(word: string, entry: Entry): Rated {
  let best = nothing;
  for (const [index, typed] of layouts(word).entries()) {
    const parts = wordsOf(typed);
    if (parts.length === 0) continue;
    for (const found of Object.keys(weights) as (keyof typeof weights)[]) {
      const fits = parts.map((part) => fit(part, entry[found] ?? []));
      // In the layout that was on, a fit counts a little more.
      const score = Math.min(...fits) * weights[found] * (index === 0 ? 1 : 0.95);
      if (score > best.score) best = { score, found };
    }
  }
  return best;
}

/** What stands at the beginning of a label, or is a term as a whole, is meant. */
function ratePhrase(query: string, { phrases }: Entry): Rated {
  for (const typed of layouts(query.trim()).map(normal)) {
    if (phrases.path === typed) return { score: 1000, found: 'path' };
    if (phrases.labels.includes(typed)) return { score: 200, found: 'label' };
    if (phrases.labels.some((label) => label.startsWith(typed))) return { score: 100, found: 'label' };
    if (phrases.terms.includes(typed)) return { score: 20, found: 'term' };
  }
  return nothing;
}

function valueOf(
  { described, hit }: Entry,
  documents: Readonly<Record<string, Document>>,
): string[] | undefined {
  const document = documents[hit.place.section];
  if (document === undefined || !('input' in described)) return undefined;
  const { ru, en } = valueWords(described, document[described.name]);
  return [...wordsOf(ru), ...wordsOf(en)];
}

const indexes = new WeakMap<FormsDescription, readonly Entry[]>();

function indexOf(forms: FormsDescription): readonly Entry[] {
  const known = indexes.get(forms);
  if (known !== undefined) return known;
  const made = forms.tabs.flatMap((tab) => tab.blocks.flatMap((block) => entriesOf(forms, tab, block)));
  indexes.set(forms, made);
  return made;
}

function entriesOf(forms: FormsDescription, tab: TabDescription, block: BlockDescription): Entry[] {
  return block.columns.flatMap(({ label: column, rows, more, rare }) =>
    [...rows, ...more, ...rare].flatMap((row) =>
      row.fields.flatMap((path) => {
        const [section = '', field = ''] = path.split('.');
        const known = forms.sections.find((one) => one.name === section);
        const described = [...(known?.fields ?? []), ...(known?.secrets ?? [])].find(
          ({ name }) => name === field,
        );
        if (known === undefined || described === undefined) return [];
        const label = 'fullLabel' in described ? (described.fullLabel ?? described.label) : described.label;
        const above = [tab.label, block.label, ...(column === undefined ? [] : [column])];
        const labels = [described.label, label, ...(row.label === undefined ? [] : [row.label])];
        const place = {
          section,
          field,
          path: joinedPath([...above, label]),
          label,
          tab: tab.id,
          block: block.id,
        };
        const isAside = 'rare' in described || ('isAvailable' in described && !described.isAvailable);
        return [
          {
            hit: { place, isAside },
            described,
            phrases: {
              labels: both(labels).map(normal),
              terms: described.terms.map(normal),
              path: normal(path),
            },
            label: both(labels).flatMap(wordsOf),
            term: described.terms.flatMap(wordsOf),
            name: [...nameWords(section), ...nameWords(field)],
            block: both([...above.slice(1), known.label]).flatMap(wordsOf),
            help: [...both([described.help]), ...optionLabels(described)].flatMap(wordsOf),
          },
        ];
      }),
    ),
  );
}

function optionLabels(described: FieldDescription | SecretDescription): string[] {
  if (!('input' in described) || described.input.kind !== 'choice') return [];
  return both(described.input.options.flatMap(({ label, consequence }) => [label, consequence ?? label]));
}

function both(texts: readonly Text[]): string[] {
  return texts.flatMap(({ ru, en }) => [ru, en]);
}

function joinedPath(labels: readonly Text[]): Text {
  return text(labels.map(({ ru }) => ru).join(' › '), labels.map(({ en }) => en).join(' › '));
}
