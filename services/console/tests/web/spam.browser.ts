// What stands under the fields of the spam protection: how the black lists are and whom each refused, what greylisting did.
import { describe, expect, test } from 'vitest';
import { blemishes, goWithin, nameOf, pairwise, violations, visit } from './looks.ts';
import { shownPages } from './shown-pages.ts';

const pages = shownPages();
const dialog = '[role="dialog"]';

describe.each(pairwise.filter(({ locale }) => locale === 'ru').map((look) => ({ look, name: nameOf(look) })))(
  '$name',
  ({ look }) => {
    test('a black list at fault is named with its fault, and whom it refused is white-listed by one action', async () => {
      const { api, browser } = pages();
      await using visited = await visit(browser, look);
      const { page } = visited;
      await goWithin(page, api.url, '/settings/spam');
      const rows = page.locator('#block-dnsbl :is(.p-table tbody tr, .p-cards > li)');
      await expect.poll(() => rows.count()).toBe(2);
      expect(await rows.nth(1).innerText()).toMatch(
        /ended\.zone\.test[^]*(содержит всех подряд|lists everybody)/,
      );
      expect(await page.locator('#block-greylist :is(.p-table tbody, .p-cards)').innerText()).toMatch(
        /204[^]*87[^]*41/,
      );
      expect([...(await violations(page)), ...(await blemishes(page))]).toEqual([]);
      await rows.nth(1).locator('button').click();
      await expect.poll(() => page.locator(dialog).innerText()).toMatch(/198\.51\.100\.9[^]*2001:db8::9/);
      expect([...(await violations(page)), ...(await blemishes(page))]).toEqual([]);
      const action = page.locator(`${dialog} button[type="submit"]`);
      await action.click();
      await expect
        .poll(() => page.locator(dialog).innerText())
        .toMatch(/внесены 2 адреса|2 addresses were white-listed/);
      // It is done: nothing is left but to close it, and the focus stands on that.
      const left = page.locator(`${dialog} .p-decision button`);
      await expect.poll(() => left.allInnerTexts()).toEqual(['Закрыть']);
      await left.and(page.locator(':focus')).press('Enter');
      await page.locator(dialog).waitFor({ state: 'detached' });
    }, 60_000);
  },
);
