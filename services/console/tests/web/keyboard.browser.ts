// The console by keyboard alone, under a Russian layout: keys are told by their place (`event.code`), never by their letter.
import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { drawn, goTo, pairwise, settled, violations, type Visit, visit } from './looks.ts';
import { type ShownPages, shownPages } from './shown-pages.ts';

const [look] = pairwise as [(typeof pairwise)[number]];
const pages = shownPages();
let api: ShownPages['api'];
let visited: Visit;
let page: Page;

beforeAll(async () => {
  api = pages().api;
  visited = await visit(pages().browser, look);
  page = visited.page;
});
beforeEach(() => goTo(page, api.url, '/queue'));

const russian: Readonly<Record<string, string>> = {
  KeyG: 'п',
  KeyQ: 'й',
  KeyT: 'е',
  KeyS: 'ы',
  KeyD: 'в',
  KeyJ: 'о',
  KeyK: 'л',
  KeyX: 'ч',
  KeyN: 'т',
  KeyR: 'к',
  Slash: '.',
};

/** A key as a browser tells it under a Russian layout. */
async function press(code: string, modifiers: { ctrlKey?: boolean; shiftKey?: boolean } = {}): Promise<void> {
  const key = russian[code] ?? code;
  await page.evaluate(
    (init) => {
      const event = new KeyboardEvent('keydown', { ...init, bubbles: true, cancelable: true });
      (document.activeElement ?? document.body).dispatchEvent(event);
    },
    { code, key: code === 'Slash' && modifiers.shiftKey === true ? ',' : key, ...modifiers },
  );
}

const focusedRow = () =>
  page.evaluate(() => {
    const rows = [...document.querySelectorAll('main [data-row]')];
    return rows.indexOf(document.activeElement as Element);
  });

test('every place of the menu opens from every other, and leaving a page breaks nothing', async () => {
  const places = await page
    .locator('.p-menu a')
    .evaluateAll((all) => all.map((one) => one.getAttribute('href') ?? ''));
  expect(places.length).toBeGreaterThan(15);
  for (const place of places) {
    await page.locator(`.p-menu a[href="${place}"]`).press('Enter');
    await page.locator(`.p-menu a[href="${place}"][aria-current="page"]`).waitFor();
    await settled(page, place);
  }
  expect(visited.complaints).toEqual([]);
}, 120_000);

test.each([
  ['KeyT', '/trace'],
  ['KeyS', '/settings/mail'],
  ['KeyD', '/domains'],
  ['KeyQ', '/queue'],
])('g and then %s leads to %s', async (code, path) => {
  await press('KeyG');
  await press(code);
  await page.waitForURL(api.url + path);
  await settled(page, path);
});

test('j and k move the focus between rows, x selects, Enter opens, Esc closes and the focus is on the row again', async () => {
  await page.locator('main [data-row]').first().focus();
  await press('KeyJ');
  expect(await focusedRow()).toBe(1);
  await press('KeyK');
  expect(await focusedRow()).toBe(0);
  await press('KeyJ');
  expect(new URL(page.url()).search).toBe('');
  await press('KeyX');
  await page.locator('main [data-row][aria-selected="true"]').waitFor();
  expect(await page.locator('main [data-row]').nth(1).getAttribute('aria-selected')).toBe('true');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.waitForFunction(() => document.activeElement?.matches('main [data-row]') === true);
  expect(await focusedRow()).toBe(1);
  await press('KeyX');
});

test('in the quarantine r releases, d deletes, n goes on to the next mail; a virus is let go by its name alone', async () => {
  const acts = page.locator('[role="dialog"]:has(form)');
  await goTo(page, api.url, '/quarantine');
  await page.locator('main [data-row]').first().focus();
  await page.keyboard.press('Enter');
  await page.locator('[role="dialog"] .p-facts').first().waitFor();
  await press('KeyN');
  await page.waitForURL(/0002$/);
  await goTo(page, api.url, '/quarantine?open=0192f000-0000-7000-8000-000000000001');
  await page.locator('[role="dialog"] .p-facts').first().waitFor();
  await press('KeyD');
  await acts.waitFor();
  // Esc closes what is uppermost, and the mail stays open.
  await page.keyboard.press('Escape');
  await acts.waitFor({ state: 'detached' });
  expect(new URL(page.url()).search).toContain('open=');
  await press('KeyR');
  await acts.waitFor();
  const submit = acts.locator('button[type="submit"]');
  expect(await submit.isDisabled()).toBe(true);
  await acts.locator('input[data-autofocus]').fill('Eicar-Signature');
  await page.keyboard.press('Enter');
  await acts.waitFor({ state: 'detached' });
  expect(api.changes.at(-1)).toMatchObject({ mails: [expect.stringMatching(/0001$/)], filter: 'antivirus' });
  // The next one is open; it is of DLP, and an approval.
  await page.waitForURL(/0002$/);
  await page.locator('[role="dialog"] .p-facts').first().waitFor();
  await press('KeyR');
  await acts.locator('input[data-autofocus]').fill('известно');
  await page.keyboard.press('Enter');
  await page.locator('[role="dialog"]').first().waitFor({ state: 'detached' });
  expect(api.changes.at(-1)).toMatchObject({ mails: [expect.stringMatching(/0002$/)], comment: 'известно' });
});

test('a DLP rule is made of what was chosen and typed; a question whether to remove one saves nothing', async () => {
  const panel = page.locator('[role="dialog"]:has(.d-conditions)');
  await goTo(page, api.url, '/dlp?open=%2B');
  await panel.locator('input[data-autofocus]').fill('Оклады');
  const save = panel.locator('button[type="submit"]');
  expect(await save.isDisabled()).toBe(true);
  await panel.locator('.d-conditions > .mantine-Select-root input').focus();
  await page.keyboard.press('ArrowDown');
  await page.locator('[role="option"]:visible').first().click();
  await panel.locator('.d-condition textarea').fill('оклад\n\n премия \nоклад');
  await save.focus();
  await page.keyboard.press('Enter');
  await panel.waitFor({ state: 'detached' });
  const conditions = [{ kind: 'words', terms: ['оклад', 'премия'], least: 1 }];
  expect(api.changes.at(-1)).toMatchObject({
    dlp: '+',
    body: { name: 'Оклады', isOn: true, definition: { conditions, action: 'default' } },
  });
  const before = api.changes.length;
  await goTo(page, api.url, '/dlp?open=%D0%9A%D0%B0%D1%80%D1%82%D1%8B');
  await panel.locator('button[type="button"]', { hasText: 'Удалить правило' }).click();
  await page.locator('[role="dialog"]').nth(1).locator('button[type="submit"]').click();
  await panel.waitFor({ state: 'detached' });
  expect(api.changes.slice(before)).toEqual([{ dlp: 'Карты', body: {} }]);
});

test('/ leads to the filter, and letters typed there are letters', async () => {
  await press('Slash');
  await page.waitForFunction(() => document.activeElement?.matches('[data-filter]') === true);
  await press('KeyG');
  await press('KeyD');
  expect(new URL(page.url()).pathname).toBe('/queue');
});

test('Ctrl+K searches, ? shows the table of keys; Esc closes each, and the focus is where it was', async () => {
  await page.locator('main [data-row]').first().focus();
  for (const open of [() => press('KeyK', { ctrlKey: true }), () => press('Slash', { shiftKey: true })]) {
    await open();
    await page.getByRole('dialog').waitFor();
    await page.waitForFunction(() => document.activeElement?.closest('[role="dialog"]') !== null);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement?.matches('main [data-row]') === true);
    expect(await focusedRow()).toBe(0);
  }
});

test('a dialog keeps the Tab key, and gives the focus back to the button that opened it', async () => {
  await goTo(page, api.url, '/domains');
  const button = page.locator('.p-page-head button').last();
  await button.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  for (let step = 0; step < 8; step++) {
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('[role="dialog"]') !== null)).toBe(true);
  }
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.waitForFunction(() => document.activeElement?.matches('.p-page-head button') === true);
});

test.each([
  ['of the account', '/queue', '.p-top-end > button:last-of-type'],
  ['of the theme', '/queue', '.p-top-end > button:nth-last-of-type(2)'],
  ['of a field', '/settings/spam', '.f-menu'],
])(
  'a menu %s has nothing but items, and the focus on the first one that can be chosen',
  async (_, path, selector) => {
    await goTo(page, api.url, path);
    const button = page.locator(selector).first();
    // The second time it is there already, and only shown.
    for (const key of ['Enter', 'Space']) {
      await button.focus();
      await page.keyboard.press(key);
      const items = page.locator('[role="menuitem"]:not(:disabled)');
      await items.first().and(page.locator(':focus')).waitFor();
      // The focus is brought there twice.
      await drawn(page);
      if (key === 'Enter') expect(await violations(page)).toEqual([]);
      await page.keyboard.press('ArrowUp');
      await items.last().and(page.locator(':focus')).waitFor();
      await page.keyboard.press('ArrowDown');
      await items.first().and(page.locator(':focus')).waitFor();
      await page.keyboard.press('Escape');
      await page.locator('[role="menu"]').waitFor({ state: 'detached' });
      await button.and(page.locator(':focus')).waitFor();
    }
  },
);

test('WCAG 2.1.4: the switch in the table of keys turns the letters off; keys with Ctrl stay', async () => {
  await press('Slash', { shiftKey: true });
  await page.getByRole('dialog').getByRole('switch').press('Space');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await press('KeyG');
  await press('KeyD');
  await press('Slash', { shiftKey: true });
  await press('KeyK', { ctrlKey: true });
  await page.getByRole('dialog').getByRole('combobox').waitFor();
  expect(await page.getByRole('dialog').count()).toBe(1);
  expect(new URL(page.url()).pathname).toBe('/queue');
  await page.keyboard.press('Escape');
  await page.evaluate(() => localStorage.clear());
});
