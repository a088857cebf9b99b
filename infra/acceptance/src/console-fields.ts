// Every field of the three tabs in the browser, against a whole installation: set, reviewed, saved, applied by every process,
// and its effect seen from outside.
import { expect, describe, test } from 'vitest';
import { expectReviewed, fieldAt, forms, type SettingsForm } from './console-form.ts';
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

/** Saved together, since their effects do not disturb each other: a save takes seconds. */
const pairs: readonly (readonly [string, string])[] = [
  ['порты', 'порты с TLS с первого байта'],
  ['интерфейсы для SMTP', 'адресная книга выключена'],
  ['наименьшая версия TLS', 'домен по умолчанию, папки нового ящика, SMTPUTF8'],
  ['сертификат и длина ключа DH', 'антивирус, который не отвечает'],
  ['порты с TLS с первого байта выключены', 'заражённое исходящее письмо'],
  ['режим шифрования', 'списки ограничений'],
  ['ожидание в очереди', 'письмо, чей отправитель не подтверждён'],
  ['время жизни в очереди', 'прямая и обратная запись'],
  ['наибольший размер проверяемого письма', 'адресная книга: порт, базы, кого и кому'],
  ['письмо, которое нельзя проверить', 'адресная книга: базы поиска и группы'],
  ['проверка подписи выключена', 'тема в UTF-8'],
];

/** Both as one save, where the second stands: what it needs to be new is new there. */
function paired(all: readonly Save[]): Save[] {
  const firstOf = new Map(pairs.map(([first, second]) => [second, first]));
  const named = (name: string): Save => {
    const found = all.find(({ about }) => about === name);
    if (found === undefined) throw new Error(`there is no save ${name}`);
    return found;
  };
  const firsts = pairs.map(([first]) => named(first));
  return all
    .filter((save) => !firsts.includes(save))
    .map((save) => {
      const name = firstOf.get(save.about);
      return name === undefined ? save : both(named(name), save);
    });
}

function both(one: Save, other: Save): Save {
  return {
    about: `${one.about}; ${other.about}`,
    rows: [...one.rows, ...other.rows],
    isOpenedAnew: one.isOpenedAnew === true || other.isOpenedAnew === true,
    given: async (at) => {
      await one.given?.(at);
      await other.given?.(at);
    },
    act: async (at) => {
      await one.act?.(at);
      await other.act?.(at);
    },
  };
}

/** What has no effect in this version is not saved, and its row waits for the version that has one. */
const saves = paired(table)
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
  for (const { field, value, typed } of plans) {
    await form.goOn(field, (section) => before.get(section)?.revision ?? 0);
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

  describe.each(saves)('$about', ({ given, rows, act, isOpenedAnew }) => {
    test(rows.map(({ field }) => field).join(', '), async () => {
      const at = ground();
      const stored = await at.settings();
      let isDone = false;
      try {
        await given?.(at);
        const plans = await planned(at, rows);
        for (const { field, seen, becomes, value } of plans) {
          expect(await seen(at, value as never), `${field}, before it is saved`).not.toMatch(becomes);
        }
        const form = await at.form();
        if (isOpenedAnew === true) await form.open(rows[0]?.field ?? '');
        await setAndReview(at, form, plans);
        await expectAppliedByAll(at, form, plans);
        await act?.(at);
        for (const { field, seen, becomes, value } of plans) {
          expect(await seen(at, value as never), field).toMatch(becomes);
        }
        isDone = true;
      } finally {
        await putBack(at, stored);
        // What is left open there is no business of the next one.
        if (!isDone) await (await at.page()).goto('about:blank');
      }
    });
  });
}
