// What strangers write is shown as what it is, and times are those of whoever looks.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from './browser.ts';
import { type BuiltPages, buildPages } from './built-pages.ts';
import { FakeApi } from './fake-api.ts';
import { goTo, pairwise, settled, visit } from './looks.ts';

const [look] = pairwise as [(typeof pairwise)[number]];

let pages: BuiltPages;
let api: FakeApi;
let browser: Browser;

beforeAll(async () => {
  pages = await buildPages();
  api = await FakeApi.start(pages.directory);
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await api[Symbol.asyncDispose]();
  await pages[Symbol.asyncDispose]();
});

test('characters that turn or hide text are shown as what they are', async () => {
  api.strange = '\u202egpj.exe';
  await using visited = await visit(browser, look);
  await goTo(visited.page, api.url, '/queue');
  const text = (await visited.page.locator('main').textContent()) ?? '';
  api.strange = '';
  expect(text).toContain('gpj.exe');
  expect(text).not.toContain('\u202e');
});

test.each(['Europe/Moscow', 'America/Bogota'])(
  'times are those of the zone of whoever looks: %s',
  async (zone) => {
    await using visited = await visit(browser, look, zone);
    const { page } = visited;
    for (const path of ['/trace', '/audit']) {
      await page.goto(api.url + path);
      await settled(page);
      const times = await page
        .locator('main time')
        .evaluateAll((all) =>
          all.map((one) => ({ at: one.getAttribute('datetime') ?? '', shown: one.textContent ?? '' })),
        );
      expect(times.length).toBeGreaterThan(0);
      for (const { at, shown } of times) {
        const hour = new Intl.DateTimeFormat('ru', { hour: '2-digit', minute: '2-digit', timeZone: zone });
        expect(shown).toContain(hour.format(new Date(at)));
      }
    }
  },
);
