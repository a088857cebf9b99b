// The page of the address book below its settings: what a program would find for somebody, and the files that set it up.
import { describe, expect, test } from 'vitest';
import { blemishes, goWithin, nameOf, pairwise, violations, visit } from './looks.ts';
import { shownPages } from './shown-pages.ts';

const pages = shownPages();

describe.each(pairwise.map((look) => ({ look, name: nameOf(look) })))('$name', ({ look }) => {
  test('a program is tried with the eyes of somebody, whose files stand below', async () => {
    const { api, browser } = pages();
    await using visited = await visit(browser, look);
    const { page } = visited;
    await goWithin(page, api.url, '/settings/address-book');
    const form = page.locator('.f-try-book');
    await form.waitFor();
    expect(await page.locator('a[download]').count()).toBe(0);
    const [as, , text] = await form.locator('input:not([type="hidden"])').all();
    await as?.fill('anna@firma.test');
    await text?.fill('ив');
    await form.locator('button[type="submit"]').click();
    const shown = page.locator('#block-addressBook');
    await expect.poll(() => shown.innerText()).toMatch(/ivan@firma\.test[^]*iva@other\.test/);
    expect(await shown.innerText()).toMatch(/другой домен|another domain/);
    expect(await shown.innerText()).toContain('(&(mail=*)(|(mail=ив*)');
    expect(api.changes.at(-1)).toEqual({ as: 'anna@firma.test', program: 'thunderbird', text: 'ив' });
    const files = await page
      .locator('a[download]')
      .evaluateAll((links) => links.map((a) => a.getAttribute('href')));
    const query = '?emailaddress=anna%40firma.test';
    expect(files).toEqual(
      ['user.js', 'outlook.prf', 'apple.mobileconfig'].map((file) => `/mail/address-book/${file}${query}`),
    );
    expect([...(await violations(page)), ...(await blemishes(page))]).toEqual([]);
  }, 60_000);
});
