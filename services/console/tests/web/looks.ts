// Looks at a page as a visitor would who cannot see colours, has no mouse, or reads it in the other language: what WCAG 2.2
// forbids (axe, every rule), words that are cut off or not translated, a focus that cannot be seen or does not come.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';

export interface Look {
  locale: 'ru' | 'en';
  colorScheme: 'light' | 'dark';
  width: 1280 | 360;
}

/** The eight looks of a page. */
export const looks: readonly Look[] = (['ru', 'en'] as const).flatMap((locale) =>
  (['light', 'dark'] as const).flatMap((colorScheme) =>
    ([1280, 360] as const).map((width) => ({ locale, colorScheme, width })),
  ),
);

/** Four of them, in which every two values meet. */
export const pairwise: readonly Look[] = [
  { locale: 'ru', colorScheme: 'light', width: 1280 },
  { locale: 'en', colorScheme: 'dark', width: 1280 },
  { locale: 'ru', colorScheme: 'dark', width: 360 },
  { locale: 'en', colorScheme: 'light', width: 360 },
];

export const nameOf = ({ locale, colorScheme, width }: Look): string => `${locale}-${colorScheme}-${width}`;

export interface Visit extends AsyncDisposable {
  page: Page;
  /** What the page complained of: exceptions, errors on the console, violations of the policy, dialogs. */
  complaints: string[];
}

export async function visit(browser: Browser, look: Look, timezoneId = 'Europe/Moscow'): Promise<Visit> {
  const { locale, colorScheme, width } = look;
  const context = await browser.newContext({
    locale,
    colorScheme,
    timezoneId,
    viewport: { width, height: 900 },
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

/** Opens the address; what differs in its filters alone is opened within the page, as a press on a row would. */
export async function goTo(page: Page, url: string, path: string): Promise<void> {
  if (new URL(path, url).pathname === new URL(page.url()).pathname) {
    await page.evaluate((to) => {
      history.pushState(null, '', to);
      dispatchEvent(new PopStateEvent('popstate'));
    }, path);
  } else {
    await page.goto(url + path);
  }
  await settled(page, path);
}

/** Goes from page to page as a press on a link does: nothing is loaded anew but what the page brings. */
export async function goWithin(page: Page, url: string, path: string): Promise<void> {
  if (new URL(path, url).origin !== new URL(page.url()).origin) return goTo(page, url, path);
  const isSamePage = new URL(path, url).pathname === new URL(page.url()).pathname;
  await page.evaluate((to) => {
    const title = document.querySelector('h1');
    Object.assign(globalThis, { left: { title, text: title?.textContent } });
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
  if (!isSamePage) await page.waitForFunction(isLeft, undefined, { polling: 'raf' });
  await settled(page, path);
}

/** Runs in the page: until the next one is there, the one of before stands under the new address. */
function isLeft(): boolean {
  const { left } = globalThis as unknown as { left: { title: Element | null; text: string | null } };
  const title = document.querySelector('h1');
  return title !== null && (title !== left.title || title.textContent !== left.text);
}

/** Quiet: the page of this address is there, and nothing is loading any more. */
export async function settled(page: Page, path?: string): Promise<void> {
  const quiet = page.waitForFunction(
    (to) => {
      const isThere = to === undefined || location.pathname + location.search === to;
      const isTitled = (document.querySelector('h1')?.textContent ?? '') !== '';
      const isBusy =
        document.querySelector('.mantine-Skeleton-root, [aria-busy="true"], [data-loading]') !== null;
      const opens = to?.includes('open=') === true;
      const dialog = document.querySelector('[role="dialog"]');
      // It takes the focus a moment after it is there.
      const isOpened =
        !opens || (dialog?.querySelector('h2, h3, dl') != null && dialog.contains(document.activeElement));
      // Some frames in a row without work: what was asked for has been drawn.
      const state = globalThis as { quiet?: number };
      state.quiet = isThere && isTitled && !isBusy && isOpened ? (state.quiet ?? 0) + 1 : 0;
      return state.quiet > 3;
    },
    path,
    { polling: 'raf' },
  );
  await quiet.catch((error: unknown) => {
    throw new Error(`${path ?? page.url()} does not come to rest`, { cause: error });
  });
}

/** What the page has to draw by now is drawn, and what it does thereafter is done. */
export async function drawn(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)))),
  );
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds, with every rule it has. */
export async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe);
  return page.evaluate(async () => {
    interface Axe {
      run: (
        options: object,
      ) => Promise<{ violations: { id: string; nodes: { html: string; any: { message: string }[] }[] }[] }>;
    }
    const { run } = (globalThis as unknown as { axe: Axe }).axe;
    const found = await run({ resultTypes: ['violations'] });
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.slice(0, 3).map(({ html, any }) => `${id}: ${html.slice(0, 160)} ${any[0]?.message ?? ''}`),
    );
  });
}

/** Elements whose words are cut off or stick out, and words that are keys. */
export async function blemishes(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) found.push(`the page is ${scrollWidth - clientWidth} px too wide`);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      if (node.parentElement?.closest('style, script, code, .p-mono') != null) continue;
      const text = node.textContent?.trim() ?? '';
      if (
        /^[a-z]+(\.[a-zA-Z]+)+$/.test(text) &&
        !/\.(test|ru|org|com|net)$/.test(text) &&
        node.parentElement?.closest('bdi, label, input') == null
      )
        found.push(`a key? ${text}`);
      if (/\{\{|\}\}|undefined|\[object|NaN/.test(text)) found.push(`broken: ${text}`);
    }
    // Words of ours that a line breaks in their middle; headings have hyphens for it.
    for (const cell of document.querySelectorAll<HTMLElement>(
      'td, th, button, label, dt, dd, li, span, .p-tile, .p-card-line',
    )) {
      if (!cell.checkVisibility()) continue;
      const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
      for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
        if (node.parentElement?.closest('bdi, code, pre, .p-mono, .p-hidden') != null) continue;
        for (const { 0: word, index } of (node.textContent ?? '').matchAll(/[\p{L}\p{N}]{2,}/gu)) {
          const range = document.createRange();
          range.setStart(node, index);
          range.setEnd(node, index + word.length);
          const tops = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
          if (tops.size > 1) found.push(`broken within a word: ${word}`);
        }
      }
    }
    for (const box of document.querySelectorAll<HTMLElement>(
      '.p-table-scroll, .f-tabs, .mantine-Badge-label',
    )) {
      if (box.scrollWidth > box.clientWidth + 1)
        found.push(
          `${box.scrollWidth - box.clientWidth} px are out of sight: ${(box.textContent ?? '').slice(0, 80)}`,
        );
    }
    for (const chosen of document.querySelectorAll<HTMLInputElement>('[role="combobox"]')) {
      if (chosen.checkVisibility() && chosen.scrollWidth > chosen.clientWidth + 1)
        found.push(`the choice is cut off: ${chosen.value}`);
    }
    const boxes = 'button, a, .p-status, th, td, label, h1, h2, h3, dt, dd, p, li';
    for (const element of document.querySelectorAll<HTMLElement>(boxes)) {
      const isShown =
        element.checkVisibility() && element.clientWidth > 0 && !element.classList.contains('p-skip');
      if (!isShown || getComputedStyle(element).display === 'inline') continue;
      if (element.scrollWidth > element.clientWidth + 1)
        found.push(`cut off: <${element.tagName}> ${element.textContent ?? ''}`.slice(0, 200));
    }
    return found;
  });
}

/** Tabs more than there is to reach: the browser's own stops, and what a busy page draws only after the walk has begun. */
const MORE = 400;

/**
 * Walks the page by Tab, or the dialog that is over it: what is never reached, what holds the focus, and where it cannot
 * be seen. The frame around pages is the same for all of them; `main` leaves it out.
 */
export async function walk(page: Page, from: 'top' | 'main' = 'top'): Promise<string[]> {
  const left = await page.evaluate(startWalk, from === 'main' ? 'main' : 'body');
  const found: string[] = [];
  for (let step = 0; step < left + MORE; step++) {
    await page.keyboard.press('Tab');
    const { isEnd, wrong } = await page.evaluate(lookAtFocus);
    if (wrong !== '') found.push(wrong);
    if (isEnd) return [...found, ...(await page.evaluate(notReached))];
  }
  const still = await page.evaluate(stillThere);
  const endless = `the focus does not come to an end: ${left} were to be reached, of which ${still} are still there`;
  return [...found, endless, ...(await page.evaluate(notReached))];
}

interface Walk {
  scope: Element;
  before: Map<Element, string>;
  reached: Set<Element>;
  drawing: (element: Element) => string;
  title: (element: Element) => string;
}

/** Runs in the page: notes how everything looks without the focus. Returns how much there is to reach. */
function startWalk(within: string): number {
  const drawing = (element: Element): string => {
    // A switch or a check box draws the focus beside its input.
    const near = [
      element,
      element.parentElement,
      element.nextElementSibling,
      element.parentElement?.parentElement,
    ];
    const parts = near
      .filter((one) => one != null)
      .map((one) => {
        const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor, backgroundColor } =
          getComputedStyle(one);
        return outlineStyle === 'none'
          ? [boxShadow, borderColor, backgroundColor]
          : [outlineWidth, outlineColor, boxShadow, borderColor, backgroundColor];
      });
    return JSON.stringify(parts);
  };
  const title = (element: Element): string => element.outerHTML.slice(0, 140);
  const scope = document.querySelector('[role="dialog"]') ?? document.querySelector(within) ?? document.body;
  // The next Tab goes to what comes first.
  const start = scope as HTMLElement;
  const index = start.getAttribute('tabindex');
  start.tabIndex = -1;
  start.focus();
  if (index === null) start.removeAttribute('tabindex');
  else start.setAttribute('tabindex', index);
  const all = [
    ...scope.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, [tabindex]'),
  ];
  const wanted = all.filter((one) => {
    const isRadio = one instanceof HTMLInputElement && one.type === 'radio';
    const isOn =
      !(one as HTMLButtonElement).disabled &&
      one.tabIndex >= 0 &&
      one.checkVisibility({ visibilityProperty: true });
    // Of a group of choices the chosen one is reached, the others by arrows.
    return (
      isOn &&
      !(one.hasAttribute('data-focus-guard') || 'focusGuard' in one.dataset) &&
      (!isRadio || one.checked)
    );
  });
  const notes: Walk = {
    scope,
    before: new Map(wanted.map((one) => [one, drawing(one)])),
    reached: new Set(),
    drawing,
    title,
  };
  Object.assign(globalThis, { walk: notes });
  return wanted.length;
}

/**
 * Runs in the page after each Tab. A panel that keeps the focus within itself looks where Tab went from a field with
 * parts (a date, a time) in a task of its own: another Tab before that would be taken back.
 */
async function lookAtFocus(): Promise<{ isEnd: boolean; wrong: string }> {
  await new Promise((resolve) => setTimeout(resolve));
  const { scope, before, reached, drawing, title } = (globalThis as unknown as { walk: Walk }).walk;
  const at = document.activeElement;
  // The parts of a date or a time are reached one after the other within their field.
  const hasParts = at instanceof HTMLInputElement && /^(date|time|month|week)/.test(at.type);
  if (hasParts && reached.has(at) && [...reached].at(-1) === at) return { isEnd: false, wrong: '' };
  if (at === null || at === document.body || !scope.contains(at) || reached.has(at))
    return { isEnd: true, wrong: '' };
  reached.add(at);
  const unfocused = before.get(at);
  const { width, height, top, bottom } = at.getBoundingClientRect();
  const isInput = at instanceof HTMLInputElement && ['checkbox', 'radio'].includes(at.type);
  if (!isInput && (width < 2 || height < 2))
    return { isEnd: false, wrong: `the focus has no place: ${title(at)}` };
  if (bottom <= 0 || top >= innerHeight)
    return { isEnd: false, wrong: `the focus is out of sight: ${title(at)}` };
  const isDrawn = unfocused === undefined || drawing(at) !== unfocused;
  return { isEnd: false, wrong: isDrawn ? '' : `the focus cannot be seen: ${title(at)}` };
}

/** Runs in the page: how many of those that were to be reached it has not drawn anew. */
function stillThere(): number {
  const { before } = (globalThis as unknown as { walk: Walk }).walk;
  return [...before.keys()].filter((one) => one.isConnected).length;
}

/** Runs in the page at the end. */
function notReached(): string[] {
  const { before, reached, title } = (globalThis as unknown as { walk: Walk }).walk;
  return (
    [...before.keys()]
      // What is switched off by now is left out by Tab, too.
      .filter((one) => one.isConnected && !one.matches(':disabled') && !reached.has(one))
      .map((one) => `Tab does not come to ${title(one)}`)
  );
}
