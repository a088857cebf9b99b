// A page of the console, with somebody logged in by its own form.
import type { Browser, Page } from 'playwright-core';
import { PASSWORD, type RunningConsole } from '../running-console.ts';

/** In English; as `root`, on the overview. */
export async function loggedInPage(browser: Browser, { url }: Pick<RunningConsole, 'url'>): Promise<Page> {
  const context = await browser.newContext({
    locale: 'en',
    reducedMotion: 'reduce',
    viewport: { width: 1280, height: 900 },
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(url);
  await page.getByLabel('Login or mailbox address').fill('root');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  return page;
}
