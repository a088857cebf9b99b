// The pages, what answers them and a browser, for all tests of a file.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { openBrowser } from './browser.ts';
import { buildPages } from './built-pages.ts';
import { FakeApi } from './fake-api.ts';

export interface ShownPages {
  api: FakeApi;
  browser: Browser;
}

/** Opened before the first test and closed after the last one; what it returns gives them to a test. */
export function shownPages(): () => ShownPages {
  const stack = new AsyncDisposableStack();
  let shown: ShownPages | undefined;
  beforeAll(async () => {
    const pages = stack.use(await buildPages());
    const api = stack.use(await FakeApi.start(pages.directory));
    const browser = stack.use(await openBrowser());
    shown = { api, browser };
  });
  afterAll(() => stack.disposeAsync());
  return () => {
    if (shown === undefined) throw new Error('the pages are not shown yet');
    return shown;
  };
}
