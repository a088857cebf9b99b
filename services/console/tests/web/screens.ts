// `./pochtar screens`: every page in every language, theme and width, and the states a page can be in: looked at (WCAG, cut
// off words, keys for words, the focus) and written down as a picture. Ends with 1 when anything was found.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { addresses, usersPage } from './addresses.ts';
import { openBrowser } from './browser.ts';
import { buildPages } from './built-pages.ts';
import { FakeApi } from './fake-api.ts';
import {
  blemishes,
  goTo,
  type Look,
  looks,
  nameOf,
  settled,
  violations,
  type Visit,
  visit,
  walk,
} from './looks.ts';
import type { PageState } from './page-state.ts';
import { stateNames, states } from './page-states.ts';

const HELP = `pochtar screens [--out var/screens] [--only /queue] [--look ru-light-1280] [--json] [--no-pictures]
  Looks at every page in both languages, both themes, at 1280 and 360 pixels, and at the states of pages.
  --out          where the pictures go, one PNG a page and look
  --only         pages whose address begins so, or the state of that name; again for several
  --look         only this language, theme and width; again for several
  --longer       with words half as long again, as another language has them
  --no-pictures  looks only
  --json         the report as JSON; what goes on is told on the error output
`;

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(import.meta.dirname, '../../../../var/screens') },
    only: { type: 'string', multiple: true, default: [] },
    look: { type: 'string', multiple: true, default: looks.map(nameOf) },
    longer: { type: 'boolean', default: false },
    'no-pictures': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

interface Seen {
  page: string;
  look: string;
  picture: string | null;
  found: readonly string[];
}

const tell = (text: string): void => void process.stderr.write(`${text}\n`);

if (values.help) process.stdout.write(HELP);
else await screens();

async function screens(): Promise<void> {
  await mkdir(values.out, { recursive: true });
  await using pages = await buildPages();
  await using browser = await openBrowser();
  const seen: Seen[] = [];
  for (const look of looks.filter((one) => values.look.includes(nameOf(one)))) {
    seen.push(...(await lookAtPages(browser, pages.directory, look)));
    seen.push(...(await lookAtStates(browser, pages.directory, look)));
  }
  const wrong = seen.filter(({ found }) => found.length > 0);
  if (values.json) process.stdout.write(`${JSON.stringify({ looked: seen.length, wrong }, null, 2)}\n`);
  else
    for (const { page, look, found } of wrong)
      process.stdout.write(`${page} ${look}\n  ${found.join('\n  ')}\n`);
  tell(`${seen.length} looks, ${wrong.length} with something wrong`);
  if (wrong.length > 0) process.exitCode = 1;
}

function isWanted(name: string): boolean {
  return values.only.length === 0 || values.only.some((one) => name.startsWith(one));
}

async function lookAtPages(browser: Browser, directory: string, look: Look): Promise<Seen[]> {
  await using api = await FakeApi.start(directory);
  await using visited = await visit(browser, look);
  if (values.longer) await lengthen(visited);
  const seen: Seen[] = [];
  for (const path of addresses.filter(isWanted)) {
    await goTo(visited.page, api.url, path);
    seen.push(await report(path, look, visited));
  }
  return seen;
}

async function lookAtStates(browser: Browser, directory: string, look: Look): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (const name of [...stateNames, usersPage].filter(isWanted)) {
    await using api = await FakeApi.start(directory);
    await using visited = await visit(browser, look);
    if (values.longer) await lengthen(visited);
    const state = states[name];
    if (name === usersPage) api.role = 'user';
    const path = state?.path ?? name;
    state?.prepare?.(api);
    await visited.page.goto(api.url + path);
    const missed = await reach(visited.page, api, state);
    seen.push(await report(name, look, visited, { missed, isFailing: state?.isFailing ?? false }));
  }
  return seen;
}

/** What kept the state from being reached: something found, and no reason to leave out the others. */
async function reach(page: Page, api: FakeApi, state: PageState | undefined): Promise<string[]> {
  try {
    await (state?.reach === undefined ? settled(page) : state.reach(page, api));
    return [];
  } catch (error) {
    return [`the state was not reached: ${String(error)}`];
  }
}

interface Reached {
  missed: readonly string[];
  /** What does not answer is told on the browser's console too. */
  isFailing: boolean;
}

async function report(
  page: string,
  look: Look,
  { page: shown, complaints }: Visit,
  { missed, isFailing }: Reached = { missed: [], isFailing: false },
): Promise<Seen> {
  const name = `${page.replaceAll(/[^a-z0-9]+/gi, '-').replaceAll(/^-|-$/g, '') || 'overview'}-${nameOf(look)}${values.longer ? '-longer' : ''}`;
  const picture = values['no-pictures'] ? null : join(values.out, `${name}.png`);
  if (picture !== null) await shown.evaluate(rest);
  if (picture !== null)
    await writeFile(
      picture,
      await shown.screenshot({ fullPage: !(await isCovered(shown)), animations: 'disabled' }),
    );
  const looked = [...(await violations(shown)), ...(await blemishes(shown)), ...(await walk(shown))];
  const told = complaints.splice(0).filter((text) => !isFailing || !text.includes('Failed to load resource'));
  const found = [...missed, ...looked, ...told];
  for (const one of found) tell(`${page} ${nameOf(look)}: ${one}`);
  return { page, look: nameOf(look), picture, found };
}

/** A dialog covers the window, and not what is below it. */
function isCovered(page: Page): Promise<boolean> {
  return page.locator('[role="dialog"]').first().isVisible();
}

/** Runs in the page: at its top, and without the focus that the walk over the page before has left. */
function rest(): void {
  scrollTo(0, 0);
  const at = document.activeElement;
  if (at instanceof HTMLElement && at.closest('[role="dialog"], main') === null) at.blur();
}

/** A pseudo-language: every word of the catalogue half as long again, with letters that a font may lack a place for. */
async function lengthen({ page }: Visit): Promise<void> {
  await page.route(/assets\/ru-.*\.js$/, async (route) => {
    const response = await route.fetch();
    const text = (await response.text()).replaceAll(
      /(["`'])((?:page|action|menu|queue|accounts|top|state|field|settings)[\w.]*)\1:(["`'])((?:(?!\3)[^\\{}])+)\3/g,
      (_, quote: string, key: string, around: string, words: string) =>
        `${quote}${key}${quote}:${around}${words}${'ёщ'.repeat(Math.ceil(words.length / 4))}${around}`,
    );
    await route.fulfill({ response, body: text });
  });
}
