// Every page at least once, in looks that differ so that every two of language, theme and width meet on pages of each kind.
// `./pochtar screens` looks at every page in each of the eight; foreign.browser.ts loads each by its address.
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { isFor } from '../../web/src/navigation.ts';
import { addresses, routes } from './addresses.ts';
import { blemishes, goWithin, nameOf, pairwise, violations, visit, walk } from './looks.ts';
import { shownPages } from './shown-pages.ts';

const pages = shownPages();

test('every route of the router has an address that is looked at', () => {
  expect(routes.length).toBeGreaterThan(20);
  expect(addresses.filter((address) => address.includes('$'))).toEqual([]);
});

const paths = routes.map((route) => new RegExp(`^${route.replaceAll(/\$\w+/g, '[^/]+')}$`));

/** Links of the page that lead to no page of an administrator. */
async function deadLinks(page: Page): Promise<string[]> {
  const links = await page
    .locator('a[href^="/"]:not([href^="/api/"])')
    .evaluateAll((all) => all.map((one) => (one as HTMLAnchorElement).pathname));
  return [...new Set(links)]
    .filter((to) => !isFor('admin', to) || !paths.some((path) => path.test(to)))
    .map((to) => `a link to ${to}, which is no page`);
}

describe.each(pairwise.map((look, index) => ({ look, index, name: nameOf(look) })))(
  '$name',
  ({ look, index }) => {
    test('no page breaks a rule of WCAG 2.2, is cut off, untranslated, beyond the keyboard, or leads nowhere', async () => {
      const { api, browser } = pages();
      await using visited = await visit(browser, look);
      const { page, complaints } = visited;
      const wrong: Record<string, readonly string[]> = {};
      let frameIsKnown = false;
      for (const path of addresses.filter((_, place) => place % pairwise.length === index)) {
        await goWithin(page, api.url, path);
        const found = [...(await violations(page)), ...(await blemishes(page)), ...(await deadLinks(page))];
        found.push(...(await walk(page, frameIsKnown ? 'main' : 'top')), ...complaints.splice(0));
        frameIsKnown = true;
        if (found.length > 0) wrong[path] = found;
      }
      expect(wrong).toEqual({});
    }, 120_000);
  },
);
