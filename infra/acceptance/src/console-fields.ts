// Every field of the three tabs in the browser, against a whole installation: set, reviewed, saved, applied by every process,
// and its effect seen from outside.
import { expect, describe, test } from 'vitest';
import { expectReviewed, fieldAt, forms, placeOf, type SettingsForm } from './console-form.ts';
import { type ConsoleGround, type StoredSection } from './console-ground.ts';
import type { FieldRow, Save } from './console-row.ts';
import { addressBookSaves } from './console-rows-address-book.ts';
import { contentSaves } from './console-rows-content.ts';
import { networkSaves } from './console-rows-network.ts';
import { originSaves } from './console-rows-origin.ts';
import { sendingSaves } from './console-rows-sending.ts';
import { spamSaves } from './console-rows-spam.ts';

const table: readonly Save[] = [
  ...networkSaves,
  ...sendingSaves,
  ...contentSaves,
  ...originSaves,
  ...spamSaves,
  ...addressBookSaves,
];

const paths = forms.tabs
  .filter(({ id }) => id !== 'more')
  .flatMap(({ blocks }) => blocks.flatMap(({ columns }) => columns))
  .flatMap(({ rows, more, rare }) => [...rows, ...more, ...rare].flatMap(({ fields }) => [...fields]));
const sectionsOf = (rows: readonly FieldRow[]) => [
  ...new Set(rows.map(({ field }) => field.split('.')[0] ?? '')),
];
const isAvailable = (path: string) => path === 'relay.password' || fieldAt(path).isAvailable;
const isChoice = (path: string) => {
  const input = path === 'relay.password' ? undefined : fieldAt(path).input;
  return input?.kind !== 'choice' || input.options.length > 1;
};

/** What has no effect in this version is not saved, and its row waits for the version that has one. */
const saves = table
  .map((save) => ({ ...save, rows: save.rows.filter(({ field }) => isAvailable(field)) }))
  .filter(({ rows }) => rows.length > 0);

interface Planned extends FieldRow {
  value: unknown;
}

async function planned(at: ConsoleGround, rows: readonly FieldRow[]): Promise<Planned[]> {
  const plans: Planned[] = [];
  for (const row of rows) {
    const value: unknown =
      typeof row.to === 'function' ? await (row.to as (of: ConsoleGround) => unknown)(at) : row.to;
    plans.push({ ...row, value });
  }
  return plans;
}

const valueAt = (stored: ReadonlyMap<string, StoredSection>, path: string): unknown => {
  const [section = '', field = ''] = path.split('.');
  return stored.get(section)?.document[field];
};

/** Everything as it was. */
async function putBack(at: ConsoleGround, stored: ReadonlyMap<string, StoredSection>): Promise<void> {
  const now = await at.settings();
  const changed = [...stored.values()].filter(({ name, revision }) => now.get(name)?.revision !== revision);
  const secrets = now.get('relay')?.secrets['password'] === true ? { relay: { password: null } } : {};
  await at.given(Object.fromEntries(changed.map(({ name, document }) => [name, document])), secrets);
  at.dns.reset();
}

async function setAndReview(at: ConsoleGround, form: SettingsForm, plans: readonly Planned[]): Promise<void> {
  const before = await at.settings();
  await form.open(plans[0]?.field ?? '');
  for (const { field, value, typed } of plans) {
    const path = placeOf(field).tab;
    if (!form.page.url().includes(path.to)) await form.goTo(field);
    await form.set(field, typed ?? value);
  }
  const shown = await form.review();
  expect(shown.size).toBe(plans.length);
  for (const { field, value, typed } of plans) {
    // A certificate is reviewed by its name.
    expectReviewed(shown, field, valueAt(before, field), typeof typed === 'string' ? typed : value);
  }
}

async function expectAppliedByAll(
  at: ConsoleGround,
  form: SettingsForm,
  plans: readonly Planned[],
): Promise<void> {
  const rows = await form.apply();
  expect(rows.filter(({ state }) => state !== 'применено' && !state.startsWith('не запущен'))).toEqual([]);
  const running = new Set((await at.installation.instance.processes()).map(({ name }) => name));
  for (const name of sectionsOf(plans)) {
    const section = forms.sections.find((one) => one.name === name);
    const own = rows.filter((row) => row.section === section?.label.ru && row.state === 'применено');
    const expected = section?.appliedBy.filter((program) => running.has(program)) ?? [];
    expect(
      own.map(({ process }) => process),
      name,
    ).toEqual(expect.arrayContaining(expected));
  }
  await form.close();
}

export function fieldTests(ground: () => ConsoleGround): void {
  test('every field of the three tabs that has an effect, and a choice, stands in the table', () => {
    const inTable = saves.flatMap(({ rows }) => rows.map(({ field }) => field));
    expect(inTable.toSorted()).toEqual(
      paths.filter((path) => isAvailable(path) && isChoice(path)).toSorted(),
    );
  });

  describe.each(saves)('$about', ({ given, rows, act }) => {
    test(rows.map(({ field }) => field).join(', '), async () => {
      const at = ground();
      const stored = await at.settings();
      try {
        await given?.(at);
        const plans = await planned(at, rows);
        for (const { field, seen, becomes, value } of plans) {
          expect(await seen(at, value as never), `${field}, before it is saved`).not.toMatch(becomes);
        }
        const form = await at.form();
        await setAndReview(at, form, plans);
        await expectAppliedByAll(at, form, plans);
        await act?.(at);
        for (const { field, seen, becomes, value } of plans) {
          expect(await seen(at, value as never), field).toMatch(becomes);
        }
      } finally {
        await putBack(at, stored);
      }
    });
  });
}
