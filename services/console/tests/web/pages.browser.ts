// Every page in the forms it is used in: both languages, both themes, a desk and a telephone.
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from './browser.ts';
import { type BuiltPages, buildPages } from './built-pages.ts';
import { FakeApi } from './fake-api.ts';

const paths = [
  '/',
  '/start',
  '/trace',
  '/trace/0192f000-0000-7000-8000-000000000001',
  '/queue',
  '/queue?open=0192f000-0000-7000-8000-000000000001',
  '/quarantine',
  '/domains',
  '/domains?open=firma.test',
  '/accounts',
  '/accounts?open=anna%40firma.test',
  '/accounts/import',
  '/names',
  '/names?tab=groups&open=all%40firma.test',
  '/settings/mail',
  '/settings/spam',
  '/settings/address-book',
  '/settings/more',
  '/certificates',
  '/certificates?open=old',
  '/processes',
  '/admins',
  '/audit',
  '/there-is-no-such-page',
];
const forms = [
  { locale: 'ru', colorScheme: 'light', width: 1280, isWhole: true },
  { locale: 'en', colorScheme: 'dark', width: 360, isWhole: true },
  // Another theme changes colours alone.
  { locale: 'en', colorScheme: 'dark', width: 1280, isWhole: false },
  { locale: 'ru', colorScheme: 'light', width: 360, isWhole: false },
] as const;

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

async function open(form: (typeof forms)[number]): Promise<{ page: Page; complaints: string[] }> {
  const { locale, colorScheme, width } = form;
  const viewport = { width, height: 900 };
  const context = await browser.newContext({ locale, colorScheme, viewport, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  return { page, complaints };
}

/** Quiet: nothing is loading any more. */
async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(
    () => document.querySelector('.mantine-Skeleton-root, [aria-busy="true"]') === null,
    undefined,
    { polling: 50 },
  );
}

/** Elements whose words are cut off or stick out, and words that are keys. */
async function blemishes(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) found.push(`the page is ${scrollWidth - clientWidth} px too wide`);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const text = node.textContent?.trim() ?? '';
      if (/^(action|state|page|menu|queue|accounts|field|settings|applied|top)\.[a-zA-Z.]+$/.test(text))
        found.push(text);
      if (/\{\{|\}\}|undefined|\[object/.test(text)) found.push(text);
    }
    for (const element of document.querySelectorAll<HTMLElement>('button, a, .p-status, th, label')) {
      const isHidden = element.offsetParent === null || element.classList.contains('p-skip');
      if (!isHidden && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0) {
        if (getComputedStyle(element).display !== 'inline')
          found.push(`cut off: ${element.textContent ?? ''}`);
      }
    }
    return found;
  });
}

describe.each(forms)('in $locale, $colorScheme, $width px', (form) => {
  test('no page has anything that WCAG 2.2 AA forbids, is cut off, or is not translated', async () => {
    const { page, complaints } = await open(form);
    const { isWhole } = form;
    const wrong: Record<string, unknown> = {};
    for (const path of paths) {
      await page.goto(api.url + path);
      await settled(page);
      const axe = new AxeBuilder({ page });
      const { violations } = await (isWhole ? axe : axe.withRules(['color-contrast'])).analyze();
      const rules = violations.map(({ id, nodes }) => [
        id,
        ...nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)),
      ]);
      const all = [...rules, ...(await blemishes(page)), ...complaints.splice(0)];
      if (all.length > 0) wrong[path] = all;
    }
    expect(wrong).toEqual({});
    await page.context().close();
  }, 240_000);
});
