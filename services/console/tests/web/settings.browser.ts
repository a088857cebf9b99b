import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openBrowser } from './browser.ts';
import { type BuiltPages, buildPages } from './built-pages.ts';
import { FakeApi } from './fake-api.ts';
import { blemishes } from './looks.ts';

let pages: BuiltPages;
let browser: Browser;
let context: BrowserContext;
let api: FakeApi;
let page: Page;

beforeAll(async () => {
  pages = await buildPages();
  browser = await openBrowser();
  context = await browser.newContext({
    locale: 'en',
    reducedMotion: 'reduce',
    viewport: { width: 1280, height: 900 },
  });
  api = await FakeApi.start(pages.directory);
});
afterAll(async () => {
  await browser.close();
  await api[Symbol.asyncDispose]();
  await pages[Symbol.asyncDispose]();
});
// A new installation each time, under the address of the one before: the browser keeps the files of the pages, and
// nothing of what they have stored.
beforeEach(async () => {
  api = api.renewed();
  page = await context.newPage();
  return async () => {
    await page.evaluate(() => [localStorage, sessionStorage].forEach((storage) => storage.clear()));
    await page.close();
    await context.clearCookies();
  };
});

const field = (path: string) => page.locator(`[id="${path}"]`);

test('an address leads to its field; a change is reviewed in words, applied, and each process is told', async () => {
  await page.goto(`${api.url}/settings/mail#queue.waitMaxMinutes`);
  await field('queue.waitMaxMinutes').and(page.locator(':focus')).waitFor();
  await field('queue.waitMaxMinutes').fill('400');
  await page.keyboard.press('Control+s');
  await page.getByRole('dialog').getByText('400 min', { exact: false }).first().waitFor();
  await page.getByText('pochtar settings set queue.waitMaxMinutes=400').waitFor();
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Applied by processes: 3 of 3').waitFor();
  expect(api.changes).toEqual([[{ section: 'queue', expectedRevision: 1, patch: { waitMaxMinutes: 400 } }]]);
});

test('what processes told before a save is not taken for applied, and the way back is right there', async () => {
  const status = '**/api/v1/settings/status';
  let before = '';
  await page.route(status, async (route) => {
    if (before === '') before = await (await route.fetch()).text();
    await route.fulfill({ body: before, contentType: 'application/json' });
  });
  await page.goto(`${api.url}/settings/mail`);
  await field('queue.waitMaxMinutes').fill('400');
  await page.keyboard.press('Control+s');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Applied by processes: 0 of 3').waitFor();
  await page.unroute(status);
  await page.getByText('Applied by processes: 3 of 3').waitFor();
  await page.getByRole('button', { name: 'Undo this whole change' }).click();
  await page.getByRole('dialog', { name: 'Undo this whole change' }).waitFor();
});

test('a choice is a group with its name, and is found by its address', async () => {
  await page.goto(`${api.url}/settings/mail#antivirus.onScannerFailure`);
  const group = page.getByRole('radiogroup', { name: 'When a scanner does not answer', exact: true });
  await group.and(page.locator(':focus')).waitFor();
  await group.getByRole('radio', { name: 'Deliver unscanned', exact: true }).check();
  await page.getByText('1 field changed').waitFor();
});

test('a field that was changed says so, in one piece', async () => {
  await page.goto(`${api.url}/settings/mail`);
  await field('relay.host').fill('smtp.yandex.ru');
  await page.locator('.f-field:has([id="relay.host"])').getByText('changed', { exact: true }).waitFor();
  expect(await blemishes(page)).toEqual([]);
});

test('a menu is made when it is opened; the focus goes into it, and back to its button', async () => {
  await page.goto(`${api.url}/settings/mail`);
  await field('queue.waitMaxMinutes').waitFor();
  // Those of the frame: appearance, account. One of a field has no id until it is made.
  expect(await page.locator('[aria-haspopup="menu"][id]').count()).toBe(2);
  const button = page.getByRole('button', { name: 'Actions for “Maximum time in the queue”', exact: true });
  await button.press('Enter');
  await page.getByRole('menu').waitFor();
  await page.keyboard.press('ArrowDown');
  await page.getByRole('menuitem').and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'detached' });
  await button.and(page.locator(':focus')).waitFor();
});

test('a list is made when it is opened, by the mouse or by the key that opens it, and is worked by that key further', async () => {
  await page.goto(`${api.url}/settings/mail`);
  const list = field('general.defaultDomain');
  expect(await list.getAttribute('aria-expanded')).toBe('false');
  await list.press('ArrowDown');
  await page.getByRole('option', { name: 'firma.test', exact: true }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await list.and(page.locator(':focus')).waitFor();
  expect(await list.inputValue()).toBe('firma.test');
  await page.getByText('1 field changed').waitFor();
  await field('smtpEncryption.certificateId').click();
  await page.getByRole('listbox').locator(':visible').first().waitFor();
});

test('what is typed into a field draws nothing of any other', async () => {
  await page.goto(`${api.url}/settings/mail`);
  await field('queue.waitMaxMinutes').press('End');
  await page.keyboard.press('1');
  await page.getByText('1 field changed').waitFor();
  await page.evaluate(() => {
    const drawn = new Set<string>();
    Object.assign(globalThis, { drawn });
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const element = target instanceof Element ? target : target.parentElement;
        drawn.add(element?.closest<HTMLElement>('.f-field')?.dataset.path ?? '');
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  await page.keyboard.press('2');
  const drawn = () =>
    page.evaluate(() =>
      [...(globalThis as unknown as { drawn: Set<string> }).drawn].filter((one) => one !== ''),
    );
  await expect.poll(drawn).toEqual(['queue.waitMaxMinutes']);
});

test('what is out of bounds stays as typed, says so at the field, and leads there from the summary', async () => {
  await page.goto(`${api.url}/settings/mail`);
  await field('queue.runIntervalMinutes').fill('99999');
  await page.getByText('from 1 to 1440').first().waitFor();
  await page.keyboard.press('Control+s');
  await page.getByRole('alert').getByRole('link').click();
  await field('queue.runIntervalMinutes').and(page.locator(':focus')).waitFor();
  expect(await field('queue.runIntervalMinutes').inputValue()).toBe('99999');
  expect(api.changes).toEqual([]);
});

test('a rule between two fields is told by the server while it is typed', async () => {
  await page.goto(`${api.url}/settings/mail`);
  await field('queue.waitMaxMinutes').fill('10');
  await page.locator('.f-error').first().waitFor();
  expect(await field('queue.waitMaxMinutes').getAttribute('aria-invalid')).toBe('true');
});

test('a session that is over is renewed over the page, and nothing that was typed is lost', async () => {
  await page.goto(`${api.url}/settings/mail`);
  await field('relay.host').waitFor();
  // Told to the page as soon as it asks about what is typed.
  api.isLoggedIn = false;
  await field('relay.host').fill('smtp.else.test');
  await page.getByLabel('Password', { exact: true }).fill('right');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByLabel('Password', { exact: true }).waitFor({ state: 'detached' });
  expect(await field('relay.host').inputValue()).toBe('smtp.else.test');
});

test('another person’s change of the same field is put side by side, and the choice is saved against it', async () => {
  await page.goto(`${api.url}/settings/mail`);
  await field('queue.waitMaxMinutes').fill('400');
  api.saveElsewhere('queue', { waitMaxMinutes: 500, runIntervalMinutes: 15 });
  await page.keyboard.press('Control+s');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByRole('button', { name: 'Back' }).click();
  await page.getByRole('button', { name: /^Keep mine/ }).click();
  expect(await field('queue.runIntervalMinutes').inputValue()).toBe('15');
  await page.keyboard.press('Control+s');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Applied by processes').waitFor();
  expect(api.changes).toEqual([[{ section: 'queue', expectedRevision: 2, patch: { waitMaxMinutes: 400 } }]]);
});

test('an auditor sees values as text, and nothing to save', async () => {
  api.role = 'auditor';
  await page.goto(`${api.url}/settings/mail`);
  await field('relay.port').waitFor();
  expect(await page.locator('main input[type="text"]:not([readonly])').count()).toBe(0);
});

test('a setting is found under the wrong keyboard layout, and opens at its field', async () => {
  await page.goto(`${api.url}/queue`);
  await page.locator('h1').waitFor();
  await page.keyboard.press('Control+k');
  // «смартхост» under Latin keys.
  await page.getByRole('combobox', { name: 'Setting, page, address…' }).fill('cvfhn[jcn');
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/settings\/mail#relay\./);
});

test('a block is tried with what is typed; its lines come in, and a changed value makes the result old', async () => {
  await page.goto(`${api.url}/settings/mail#relay.port`);
  const block = page.locator('#block-relay');
  await block.locator('[id="relay.host"]').fill('smtp.firma.test');
  await block.getByRole('button', { name: 'Test the connection' }).click();
  await block.getByText('C: EHLO mx.firma.test').waitFor();
  expect(api.changes.at(-1)).toEqual({
    values: { relay: { host: 'smtp.firma.test' } },
    useStoredSecret: true,
  });
  api.untilFinished.resolve();
  await block.getByText('no log-in').waitFor();
  await block.getByText('S: 535 <script>no</script>').waitFor();
  await block.getByText(/Failed · .*, with these values/).waitFor();
  await page.keyboard.press('Control+s');
  await page.getByRole('dialog').waitFor();
  expect(await page.getByText('not tested with these values').count()).toBe(0);
  await page.keyboard.press('Escape');
  await block.locator('[id="relay.port"]').fill('465');
  await block.getByText('the values have changed since').waitFor();
  await page.keyboard.press('Control+s');
  await page.getByText('not tested with these values').waitFor();
});

test('a test that is cancelled is left', async () => {
  await page.goto(`${api.url}/settings/mail#relay.port`);
  const block = page.locator('#block-relay');
  await block.getByRole('button', { name: 'Test the connection' }).click();
  await block.getByRole('button', { name: 'Cancel' }).click();
  await block.getByRole('button', { name: 'Cancel' }).waitFor({ state: 'detached' });
  await expect.poll(() => api.isTestLeft).toBe(true);
});
