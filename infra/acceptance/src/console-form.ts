// The settings' pages as an administrator works them: a field is found by its block, its role and its label, set, reviewed
// in words, saved, and followed until every process has it.
import { type FieldDescription, valueWords } from '@pochtar/settings/forms';
import { describeForms } from '@pochtar/settings';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

export const forms = describeForms();

const placed = forms.tabs.flatMap((tab) =>
  tab.blocks.flatMap((block) =>
    block.columns.flatMap((column, index) =>
      [...column.rows, ...column.more, ...column.rare].flatMap((row) =>
        row.fields.map((path) => ({ path, tab, block, column: index, isRare: column.rare.includes(row) })),
      ),
    ),
  ),
);

export function placeOf(path: string) {
  const found = placed.find((one) => one.path === path);
  if (found === undefined) throw new Error(`${path} stands on no page`);
  return found;
}

function secretAt(path: string) {
  const [section, name] = path.split('.');
  return forms.sections.find((one) => one.name === section)?.secrets.find((one) => one.name === name);
}

export function fieldAt(path: string): FieldDescription {
  const [section, name] = path.split('.');
  const field = forms.sections.find((one) => one.name === section)?.fields.find((one) => one.name === name);
  if (field === undefined) throw new Error(`there is no field ${path}`);
  return field;
}

/** What an administrator sees of one process in the list of what is applied. */
export interface AppliedRow {
  process: string;
  section: string;
  state: string;
}

export class SettingsForm {
  readonly page: Page;
  readonly #url: string;

  constructor(page: Page, url: string) {
    this.page = page;
    this.#url = url;
  }

  /** Opens the page of a field anew, with what is stored. */
  async open(path: string): Promise<void> {
    await this.page.goto('about:blank');
    await this.page.goto(`${this.#url}${placeOf(path).tab.to}#${path}`);
    await this.block(path).waitFor();
  }

  /** Goes on where the page is open, once it shows what is stored at these revisions. Opening it anew costs seconds. */
  async goOn(path: string, revisionOf: (section: string) => number): Promise<void> {
    const { tab, block } = placeOf(path);
    const { pathname } = new URL(this.page.url());
    if (!forms.tabs.some(({ to }) => to === pathname)) await this.open(path);
    else if (pathname !== tab.to) await this.goTo(path);
    const shown = `рев. ${block.sections.map(revisionOf).join(' / ')}`;
    await this.block(path).locator('.f-applied').getByText(shown, { exact: true }).waitFor();
  }

  /** Goes to the tab of another field, as one does in the page: what is typed stays. */
  async goTo(path: string): Promise<void> {
    const { tab } = placeOf(path);
    await this.page.locator('.f-tabs').getByRole('link', { name: tab.label.ru, exact: true }).click();
    await this.block(path).waitFor();
  }

  block(path: string): Locator {
    return this.page.getByRole('region', { name: placeOf(path).block.label.ru, exact: true });
  }

  #column(path: string): Locator {
    return this.block(path).locator('.f-columns > div').nth(placeOf(path).column);
  }

  /** The control, by the words that stand beside it. */
  control(path: string): Locator {
    const secret = secretAt(path);
    const { input, widget, label } =
      secret === undefined ? fieldAt(path) : { ...secret, input: undefined, widget: undefined };
    const within = this.#column(path);
    const named = { name: label.ru, exact: true } as const;
    if (input === undefined) return within.getByLabel(label.ru);
    if (input.kind === 'boolean') return within.getByRole('switch', named);
    if (input.kind === 'choice' && this.#isRadio(input.options)) return within.getByRole('radiogroup', named);
    if (input.kind === 'list' && input.item.kind === 'record') return within.getByRole('group', named);
    if (input.kind === 'choice' || input.kind === 'reference' || input.kind === 'list' || widget === 'baseDn')
      return within.getByRole('combobox', named).or(within.getByRole('textbox', named)).first();
    return within.getByRole('textbox', named);
  }

  #isRadio(options: readonly { value: string | number; consequence?: unknown }[]): boolean {
    return (
      options.length <= 4 &&
      options.some(({ value, consequence }) => consequence !== undefined || typeof value === 'string')
    );
  }

  /** Types or chooses a value. */
  async set(path: string, value: unknown): Promise<void> {
    const place = placeOf(path);
    if (place.isRare) await this.#unfold(path);
    const control = this.control(path);
    if (secretAt(path) !== undefined) return this.#setSecret(path, String(value));
    const { input, widget } = fieldAt(path);
    switch (input.kind) {
      case 'boolean':
        if ((await control.isChecked()) !== value) await control.press('Space');
        return;
      case 'choice': {
        const label = input.options.find((option) => option.value === value)?.label.ru ?? String(value);
        if (this.#isRadio(input.options))
          return control.getByRole('radio', { name: label, exact: true }).check();
        return this.#choose(control, label);
      }
      case 'reference':
        return this.#choose(control, String(value));
      case 'list':
        if (input.item.kind === 'record') return this.#addRecords(control, value as Record<string, string>[]);
        return this.#setList(control, value as string[]);
      case 'integer':
      case 'text':
      case 'record':
      default:
        if (widget === 'baseDn') return this.#setList(control, value as string[]);
        return control.fill(String(value));
    }
  }

  async #unfold(path: string): Promise<void> {
    const fold = this.#column(path).locator('details');
    if ((await fold.getAttribute('open')) === null) await fold.locator('summary').click();
  }

  async #choose(control: Locator, label: string): Promise<void> {
    await control.click();
    await this.page.getByRole('option', { name: label }).first().click();
  }

  async #setList(control: Locator, items: readonly string[]): Promise<void> {
    await control.click();
    for (let left = 70; left > 0 && (await this.#tags(control).count()) > 0; left--)
      await control.press('Backspace');
    for (const item of items) {
      await control.pressSequentially(item);
      await control.press('Enter');
    }
    await control.press('Tab');
  }

  #tags(control: Locator): Locator {
    return control.locator('xpath=ancestor::div[contains(@class,"f-wide")]').locator('[class*="Pill-root"]');
  }

  /** The records are put behind those that are there. */
  async #addRecords(group: Locator, records: readonly Record<string, string>[]): Promise<void> {
    for (const record of records) {
      await group.getByRole('button', { name: 'Добавить' }).click();
      const row = group.locator('.f-record').last();
      await row
        .getByRole('textbox')
        .first()
        .fill(record['name'] ?? '');
    }
  }

  async #setSecret(path: string, value: string): Promise<void> {
    const row = this.#column(path)
      .locator('.f-field')
      .filter({ hasText: secretAt(path)?.label.ru ?? '' });
    await row.getByRole('button', { name: /^(Задать|Изменить)$/ }).click();
    await this.control(path).first().fill(value);
  }

  /** Everything that belongs to a field. */
  field(path: string): Locator {
    return this.page.locator(`.f-field[data-path="${path}"]`);
  }

  /** Asks a field for something that it is not and that does not stand for none; false where nothing can be asked. */
  async tryToChange(path: string): Promise<boolean> {
    const { input, default: initial, off } = fieldAt(path);
    if (input.kind === 'reference' || input.kind === 'list') return false;
    if (input.kind === 'boolean') {
      const control = this.control(path);
      const isOn = await control.isChecked();
      if (!isOn && (await control.isEnabled())) throw new Error(`${path} can be switched on`);
      if (!isOn || off === false) return false;
      await control.press('Space');
      return true;
    }
    const other =
      input.kind === 'choice'
        ? input.options.find(({ value }) => value !== initial && value !== off)?.value
        : input.kind === 'integer'
          ? input.max
          : fieldAt(path).widget === 'baseDn'
            ? ['dc=other']
            : 'other';
    if (other === undefined) return false;
    await this.set(path, other);
    return true;
  }

  /** Forgets what is typed. */
  async discard(): Promise<void> {
    await this.page.getByRole('button', { name: 'Отменить', exact: true }).click();
    await this.page.getByRole('dialog').getByRole('button', { name: 'Забыть изменения' }).click();
    await this.page.getByRole('region', { name: 'Сохранение' }).waitFor({ state: 'detached' });
  }

  /** What stands at the field in red. */
  problem(path: string): Locator {
    return this.page.locator(`[id="${path}--help"] .f-error`);
  }

  /** Opens the review; the lines that it shows, by label. */
  async review(): Promise<Map<string, string>> {
    await this.page.keyboard.press('Control+s');
    const sheet = this.page.getByRole('dialog', { name: 'Просмотр изменений' });
    await sheet.waitFor();
    const shown = new Map<string, string>();
    for (const section of await sheet.locator('.f-review').all()) {
      const heading = await section.locator('h3').innerText();
      for (const line of await section.locator('.f-changes > div').all()) {
        const label = `${heading.replace(/\s*ревизия.*$/s, '')}: ${await line.locator('dt').innerText()}`;
        shown.set(label, await line.locator('dd').innerText());
      }
    }
    return shown;
  }

  /** Applies what is reviewed, and waits until nobody is still at it. */
  async apply(): Promise<AppliedRow[]> {
    await this.page.getByRole('button', { name: 'Применить', exact: true }).click();
    const sheet = this.page.getByRole('dialog', { name: 'Применение' });
    await sheet.getByText(/^Сохранено\. Применено процессами: \d+ из \d+\.$/).waitFor();
    await sheet.getByText('ещё применяется').first().waitFor({ state: 'detached' });
    const rows = await sheet.locator('tbody tr').all();
    return Promise.all(
      rows.map(async (row) => {
        const [process = '', section = '', state = ''] = await row.getByRole('cell').allInnerTexts();
        return { process: process.split(/\s/)[0] ?? '', section, state };
      }),
    );
  }

  async close(): Promise<void> {
    await this.page.getByRole('dialog').getByRole('button', { name: 'Закрыть' }).last().click();
    await this.page.getByRole('dialog').waitFor({ state: 'detached' });
  }
}

/** How a value reads in the review. */
export function wordsOf(path: string, value: unknown): string {
  return valueWords(fieldAt(path), value).ru;
}

/** The label of a field in the review, behind that of its section. */
export function labelOf(path: string): string {
  const described = secretAt(path) ?? fieldAt(path);
  const section = forms.sections.find(({ name }) => name === path.split('.')[0]);
  const label = ('fullLabel' in described ? described.fullLabel : undefined) ?? described.label;
  return `${section?.label.ru}: ${label.ru}`;
}

/** The review shows each field as it was and as it will be. */
export function expectReviewed(
  shown: ReadonlyMap<string, string>,
  path: string,
  before: unknown,
  after: unknown,
): void {
  const line = shown.get(labelOf(path));
  expect(line, `the review has a line for ${path}`).toBeDefined();
  if (secretAt(path) !== undefined) return expect(line).toMatch(/будет (задан|изменён)/);
  const { input } = fieldAt(path);
  if (input.kind === 'list')
    return expectListReviewed(line ?? '', path, before as unknown[], after as unknown[]);
  expect(line, path).toBe(`${wordsOf(path, before)} → ${wordsOf(path, after)}`);
}

function expectListReviewed(
  line: string,
  path: string,
  before: readonly unknown[],
  after: readonly unknown[],
): void {
  const words = (entry: unknown) => (typeof entry === 'string' ? entry : (entry as { name: string }).name);
  const had = new Set(before.map(words));
  for (const entry of after.map(words)) if (!had.has(entry)) expect(line, path).toContain(`+ ${entry}`);
}
