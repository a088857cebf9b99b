// What tests of the draft came to, and for which values: a result holds while these are as they were. In memory, for all
// tabs; of a typed secret only a digest is kept.
import type { BlockDescription, FormsDescription, TestDescription, TestKind } from '@pochtar/settings/forms';
import type { Answer } from '../api/client.ts';
import { Store } from '../api/store.ts';
import { partsOf } from './catalogue.ts';
import type { Draft } from './draft.ts';

export type TestLine = Answer<'POST /tests/:kind'>;
export type TestVerdict = Extract<TestLine, { verdict: unknown }>;
export type TestEvent = Exclude<TestLine, TestVerdict>;

export interface TestResult {
  /** Of the values it was made with. */
  values: string;
  at: string;
  events: readonly TestEvent[];
  /** Null while it goes on. */
  verdict: TestVerdict | null;
  /** Why it was not made at all. */
  error: unknown;
}

export const testResults = new Store<ReadonlyMap<TestKind, TestResult>>(new Map());

export function isVerdict(line: TestLine): line is TestVerdict {
  return 'verdict' in line;
}

/** Changes with every value that the test is about. */
export function valuesOf(draft: Draft, { about }: Pick<TestDescription, 'about'>): string {
  const values = about.map((place) => {
    if (place.includes('.')) return draft.value(place);
    return [draft.document(place), draft.secretInput(place).given];
  });
  return digest(JSON.stringify(values));
}

export function isOffered(draft: Draft, { when }: TestDescription): boolean {
  return when === undefined || draft.value(when.path) === when.is;
}

/** Tests about something that was changed, and not made with these values. */
export function untried(
  forms: FormsDescription,
  draft: Draft,
  results: ReadonlyMap<TestKind, TestResult>,
): { block: BlockDescription; test: TestDescription }[] {
  const changed = draft.changedPaths();
  const isChanged = (place: string): boolean =>
    changed.some((path) => path === place || partsOf(path).section === place);
  return forms.tabs.flatMap(({ blocks }) =>
    blocks.flatMap((block) =>
      block.tests
        .filter((test) => isOffered(draft, test) && test.about.some(isChanged))
        .filter((test) => {
          const result = results.get(test.kind);
          return result?.verdict == null || result.values !== valuesOf(draft, test);
        })
        .map((test) => ({ block, test })),
    ),
  );
}

/** What is sent of the draft. */
export function draftFor(draft: Draft, sections: readonly string[]) {
  const changes = draft.changes().filter(({ section }) => sections.includes(section));
  const typed = changes.map(({ section, secrets = {} }) => {
    const given = Object.entries(secrets).filter((entry): entry is [string, string] => entry[1] !== null);
    return [section, Object.fromEntries(given)] as const;
  });
  const secrets = Object.fromEntries(typed.filter(([, some]) => Object.keys(some).length > 0));
  const isRemoved = changes.some(({ secrets: given = {} }) => Object.values(given).includes(null));
  return {
    values: Object.fromEntries(changes.map(({ section, patch }) => [section, patch])),
    ...(Object.keys(secrets).length > 0 && { secrets }),
    useStoredSecret: Object.keys(secrets).length === 0 && !isRemoved,
  };
}

/** 53 bits: enough to see that something has changed. */
function digest(text: string): string {
  let [high, low] = [0xde_ad_be_ef, 0x41_c6_ce_57];
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    high = Math.imul(high ^ code, 2_654_435_761);
    low = Math.imul(low ^ code, 1_597_334_677);
  }
  return `${(high >>> 0).toString(36)}.${(low >>> 0).toString(36)}`;
}
