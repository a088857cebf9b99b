// What strangers write stays text: in every field of every page, in the search, in the settings. And times are those of
// whoever looks.
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { addresses } from './addresses.ts';
import { goTo, pairwise, settled, visit } from './looks.ts';
import { shownPages } from './shown-pages.ts';

const [look] = pairwise as [(typeof pairwise)[number]];
/** Ways by which text became script elsewhere; each would leave an element with the mark, a dialog, or a complaint. */
const corpus = [
  `<script data-strange>alert(1)</script>`,
  `"><img data-strange src=x onerror=alert(2)>`,
  `'><svg data-strange onload=alert(3)></svg>`,
  `</title></textarea></style><iframe data-strange srcdoc="<script>parent.alert(4)</script>"></iframe>`,
  `<a data-strange href="javascript:alert(5)">x</a>`,
  `{{constructor.constructor('alert(6)')()}}\${alert(7)}$t(action.save)`,
  `<style data-strange>*{display:none}</style><base data-strange href="//evil.test/">`,
  `\u202egpj.exe\u2066\u0000\u0007\u001b[31m\u2028`,
];

const pages = shownPages();

/** What the text has become besides text. */
async function injected(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('[data-strange], a[href^="javascript:"]')].map(
      ({ outerHTML }) => outerHTML,
    ),
  );
}

test('no text of a stranger becomes an element, a script, a dialog, or breaks the policy, on any page', async () => {
  const { api, browser } = pages();
  api.strange = corpus.join(' ');
  await using visited = await visit(browser, look);
  const { page, complaints } = visited;
  const wrong: Record<string, readonly string[]> = {};
  let shown = 0;
  // What is opened by a name has another one with these texts.
  const isByName = (path: string): boolean => /open=Office|\/dlp\?.*open=%/.test(path);
  for (const path of addresses.filter((one) => !isByName(one))) {
    await goTo(page, api.url, path);
    const found = [...(await injected(page)), ...complaints.splice(0)];
    if (found.length > 0) wrong[path] = found;
    if (await page.evaluate(() => (document.body.textContent ?? '').includes('onerror=alert(2)'))) shown++;
  }
  api.strange = '';
  expect(wrong).toEqual({});
  // It was there to be seen.
  expect(shown).toBeGreaterThan(8);
}, 150_000);

test('characters that turn or hide text are shown as what they are', async () => {
  const { api, browser } = pages();
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
    const { api, browser } = pages();
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
