// The first pages: the chart by keyboard, the first steps done in place; and what of lists and settings was seen to be wrong.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { drawn, goTo, looks, settled, type Visit, visit } from './looks.ts';
import { type ShownPages, shownPages } from './shown-pages.ts';

const pages = shownPages();
const wide = looks.find(({ locale, width }) => locale === 'ru' && width === 1280) as (typeof looks)[number];
const narrow = looks.find(({ locale, width }) => locale === 'ru' && width === 360) as (typeof looks)[number];
let api: ShownPages['api'];
let visited: Visit;
let page: Page;

beforeAll(async () => {
  api = pages().api;
  visited = await visit(pages().browser, wide);
  page = visited.page;
});
beforeEach(() => {
  api.isNew = false;
  api.changes.length = 0;
});
afterAll(() => visited[Symbol.asyncDispose]());

/** Runs in the page: where what is always there stands. */
function places(): Record<string, number[]> {
  const all = [...document.querySelectorAll('.p-top-search, .p-menu a, .p-tile')];
  return Object.fromEntries(
    all.map((one, place) => {
      const { left, top } = one.getBoundingClientRect();
      return [`${place} ${one.getAttribute('href') ?? ''}`, [Math.round(left), Math.round(top)]];
    }),
  );
}

describe('the overview', () => {
  test('says what is wrong first, with the way there', async () => {
    await goTo(page, api.url, '/');
    const remarks = page.locator('.p-remarks > li');
    expect(await remarks.count()).toBe(2);
    expect(await remarks.first().textContent()).toContain('Порт 110 занят');
    await remarks.nth(1).getByRole('link').click();
    await page.waitForURL('**/queue?state=held&holder=volume');
    // Of the mails that are held only those that the remark is about.
    const rows = page.locator('main [data-row]');
    await rows.getByText('Тело письма недоступно').waitFor();
    expect(await rows.count()).toBe(1);
    expect(await page.getByRole('combobox', { name: 'Почему задержано' }).inputValue()).toContain('Тело');
  });

  test('names the latest changes of settings in words, with who made them and the way to their history', async () => {
    await goTo(page, api.url, '/');
    const change = page.locator('.p-latest > li').first();
    const text = await change.textContent();
    expect(text).toContain('petr');
    expect(text).not.toContain('console:');
    expect(text).toContain('30 мин. → 12 мин.');
    await change.getByRole('link').click();
    await page.waitForURL('**/settings/mail?history=queue');
    await page.getByRole('dialog').getByText('Интервал между попытками отправки').waitFor();
  });

  test('an hour of the chart is chosen by arrows, said in words, and leads to its mail', async () => {
    await goTo(page, api.url, '/');
    const chart = page.getByRole('slider');
    const now = await chart.getAttribute('aria-valuetext');
    await chart.press('ArrowLeft');
    const before = await chart.getAttribute('aria-valuetext');
    expect(before).toMatch(/Принято: .*Отвергнуто: .*Возвращено: /);
    expect(before).not.toBe(now);
    await chart.press('Home');
    expect(await chart.getAttribute('aria-valuenow')).toBe('0');
    await chart.press('Enter');
    await page.waitForURL(/\/trace\?at=/);
  });

  test('the table has the numbers of all hours', async () => {
    await goTo(page, api.url, '/');
    await page.locator('.p-fold > summary').click();
    expect(await page.locator('.p-fold tbody tr').count()).toBe(48);
  });
});

describe('the first steps', () => {
  test('stand in the menu with how far they are, and a field is saved in place', async () => {
    api.isNew = true;
    await goTo(page, api.url, '/queue');
    await page.evaluate(() => localStorage.removeItem('pochtar.started'));
    await goTo(page, api.url, '/start');
    await page.locator('.p-menu a[href="/start"]').getByText('0 из 9').waitFor();
    const field = page.getByLabel('Название организации');
    await field.fill('ООО «Ромашка»');
    await field.press('Enter');
    await page.locator('.p-menu a[href="/start"]').getByText('1 из 9').waitFor();
    expect(api.changes).toMatchObject([[{ section: 'general', patch: { organisation: 'ООО «Ромашка»' } }]]);
  });

  test('one is put off with a reason, counts no more, and is taken up again', async () => {
    api.isNew = true;
    await goTo(page, api.url, '/queue');
    await page.evaluate(() => localStorage.removeItem('pochtar.started'));
    await goTo(page, api.url, '/start');
    const inMenu = (words: string) => page.locator('.p-menu a[href="/start"]').getByText(words).waitFor();
    await inMenu('из 9');
    const step = page.locator('.p-block', { has: page.getByRole('heading', { name: 'Сертификат' }) });
    await step.getByRole('button', { name: 'Отложить' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Почему').fill('  ждём заявку 118  ');
    await page.keyboard.press('Enter');
    await step.getByText(/Отложено: ждём заявку 118 — petr, /).waitFor();
    await dialog.waitFor({ state: 'detached' });
    await inMenu('из 8');
    await page.getByText(/из 8, отложено: 1\./).waitFor();
    expect(await step.getByRole('link').count()).toBe(0);
    await step.getByRole('button', { name: 'Вернуть' }).click();
    await step.getByRole('link', { name: 'Загрузить сертификат' }).waitFor();
    await inMenu('из 9');
  });

  test('the first one leads to the own password, which the menu of the account has as well', async () => {
    api.isNew = true;
    await goTo(page, api.url, '/start');
    await page.getByRole('link', { name: 'Сменить пароль' }).click();
    await page.getByRole('heading', { name: 'Мой пароль' }).waitFor();
    await page.getByLabel('Нынешний пароль').waitFor();
    await page.getByRole('button', { name: 'Учётная запись' }).click();
    expect(await page.getByRole('menuitem', { name: 'Мой пароль' }).getAttribute('href')).toBe('/me');
    await page.keyboard.press('Escape');
  });

  test('nothing of the frame or the overview moves when the answers come', async () => {
    api.isNew = true;
    await using own = await visit(pages().browser, wide);
    const start = own.page.locator('.p-menu a[href="/start"]');
    await own.page.goto(`${api.url}/`);
    await start.getByText(' из ').waitFor();
    await own.page.locator('.p-state').waitFor();
    await settled(own.page);
    const known = await own.page.evaluate(places);
    api.isHanging = true;
    await own.page.goto(`${api.url}/`);
    await own.page.locator('.p-tile').first().waitFor();
    await start.waitFor();
    const unknown = await own.page.evaluate(places);
    api.isHanging = false;
    expect(Object.keys(known).length).toBeGreaterThan(20);
    expect(unknown).toEqual(known);
  });

  test('a value that is saved and does not do is remarked on beside it', async () => {
    api.isNew = true;
    await goTo(page, api.url, '/queue');
    await goTo(page, api.url, '/start');
    const field = page.getByLabel('Имя сервера');
    await field.fill('mail');
    await field.press('Enter');
    await page.locator('.p-block', { has: field }).getByRole('status').getByText(/имя/i).first().waitFor();
  });

  test('a mailbox waits for its domain', async () => {
    api.isNew = true;
    await goTo(page, api.url, '/start');
    expect(await page.getByRole('button', { name: 'Создать ящик' }).isDisabled()).toBe(true);
  });
});

test.each(['/accounts', '/names', '/names?tab=groups', '/domains'])(
  '%s: the button of what makes something says what it does, as its title',
  async (path) => {
    api.isNew = false;
    await goTo(page, api.url, path);
    await page.locator('main .p-page-head .p-actions button').last().click();
    const dialog = page.getByRole('dialog');
    const title = await dialog.getByRole('heading').first().innerText();
    expect(title).toMatch(/^(Создать|Добавить) /);
    expect(await dialog.locator('button[type="submit"]').innerText()).toBe(title);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  },
);

test('in the quarantine a mail without a subject says so, and what is past its time goes at any moment', async () => {
  await goTo(page, api.url, '/quarantine');
  const row = page.locator('main [data-row]').nth(1);
  expect(await row.innerText()).toMatch(/\(без темы\)[^]*вот-вот/);
});

test('who may not revoke a token has no column for it', async () => {
  api.role = 'auditor';
  await page.goto(`${api.url}/admins`);
  const tokens = page.locator('section[aria-labelledby="tokens"]');
  await tokens.locator('[data-row]').first().waitFor();
  expect(await tokens.locator('th').allInnerTexts()).not.toContain('Действия');
  api.role = 'admin';
});

test('resetting the filters empties their fields', async () => {
  await goTo(page, api.url, '/accounts');
  const field = page.locator('main [data-filter]').first();
  api.isNew = true;
  await field.fill('nobody');
  await page.getByRole('button', { name: 'Сбросить фильтры' }).click();
  await page.waitForURL((url) => url.search === '');
  expect(await field.inputValue()).toBe('');
});

test('a page that failed says so until there is an answer, however often it asks again', async () => {
  const [isAsked, mayAnswer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const problem = { title: 'unavailable', detail: 'процесс settings не отвечает', requestId: 'test' };
  let isFailing = true;
  await page.route('**/api/v1/domains', async (route) => {
    if (isFailing) {
      await route.fulfill({ status: 503, contentType: 'application/problem+json', json: problem });
      return;
    }
    isAsked.resolve();
    await mayAnswer.promise;
    await route.continue();
  });
  await page.goto(`${api.url}/domains`);
  const failure = page.locator('main .p-notice');
  await failure.getByText('settings не отвечает').waitFor();
  isFailing = false;
  await failure.getByRole('button', { name: 'Повторить' }).click();
  await isAsked.promise;
  await drawn(page);
  expect(await failure.count()).toBe(1);
  expect(await page.locator('main .mantine-Skeleton-root').count()).toBe(0);
  mayAnswer.resolve();
  await page.locator('main [data-row]').first().waitFor();
  expect(await failure.count()).toBe(0);
  await page.unroute('**/api/v1/domains');
  visited.complaints.length = 0;
});

test('a browser that is offline asks all the same, and says what keeps it from an answer', async () => {
  await goTo(page, api.url, '/accounts');
  await page.context().setOffline(true);
  await page.locator('main [data-filter]').first().fill('anna');
  await page.locator('.p-strip').waitFor();
  await page.context().setOffline(false);
  visited.complaints.length = 0;
});

test('the waiting time is written once, and both of its fields have a name', async () => {
  await goTo(page, api.url, '/settings/mail');
  const block = page.locator('#block-queue');
  expect(await block.getByText('Время ожидания в очереди от').count()).toBe(1);
  const legend = await block.locator('legend').boundingBox();
  expect(legend?.width ?? 0).toBeLessThan(2);
  expect(await block.getByRole('group', { name: 'Время ожидания в очереди' }).getByLabel(/^до/).count()).toBe(
    1,
  );
});

test('undoing several removed entries is one question', async () => {
  await goTo(page, api.url, '/lists/black');
  await page.getByRole('checkbox').first().check();
  await page.getByRole('button', { name: /^Убрать/ }).click();
  // Told to those who hear the page, in a place that was there before.
  await page.locator('[aria-live="polite"] .mantine-Notification-root').waitFor();
  const sent: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST')
      sent.push(`${new URL(request.url()).pathname} ${request.postData() ?? ''}`);
  });
  await page.getByRole('button', { name: 'Вернуть' }).click();
  await expect.poll(() => sent.length).toBe(1);
  expect(sent[0]).toMatch(/^\/api\/v1\/lists\/black\/lines .*"lines":\[".+",".+/);
});

test('on a telephone the tabs of the settings stand in one row, and a card says nothing of what is empty', async () => {
  await using telephone = await visit(pages().browser, narrow);
  await goTo(telephone.page, api.url, '/settings/mail');
  const tops = await telephone.page
    .locator('.f-tabs a')
    .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
  expect(new Set(tops).size).toBe(1);
  await goTo(telephone.page, api.url, '/trace');
  await settled(telephone.page);
  const lines = await telephone.page
    .locator('.p-card-line')
    .evaluateAll((all) =>
      all.filter((one) => (one as HTMLElement).offsetHeight > 0).map((one) => one.textContent ?? ''),
    );
  expect(lines.length).toBeGreaterThan(3);
  expect(lines.filter((line) => /:\s*(—\s*)?$/.test(line))).toEqual([]);
});
