// /api/docs: the API to read, for administrators, out of this server alone.
import { createAccounts } from '@pochtar/testkit/ground';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSWORD, type RunningConsole, runConsole } from './running-console.ts';
import { openBrowser } from './web/browser.ts';

let running: RunningConsole;
let browser: Browser;
beforeAll(async () => {
  running = await runConsole();
  await createAccounts(running.ground.db, ['anna'], { password: PASSWORD });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  await running[Symbol.asyncDispose]();
});

function open(path: string, cookie: string, accept = 'text/html'): Promise<Response> {
  return fetch(`${running.url}${path}`, { redirect: 'manual', headers: { cookie, accept } });
}

test('it is for administrators and auditors: others are told to log in, or that there is nothing', async () => {
  for (const login of ['root', 'demo', 'auditor']) {
    const { cookie } = await running.loggedIn(login);
    expect((await open('/api/docs', cookie)).status).toBe(200);
  }
  const nobody = await open('/api/docs', '');
  expect([nobody.status, nobody.headers.get('location')]).toEqual([303, '/']);
  const program = await open('/api/docs/json', '', 'application/json');
  expect([program.status, program.headers.get('content-type')]).toEqual([
    401,
    expect.stringContaining('problem+json'),
  ]);
  const { cookie } = await running.loggedIn('anna@demo.test');
  for (const path of ['/api/docs', '/api/docs/', '/api/docs/json', '/api/docs/yaml']) {
    expect((await open(path, cookie)).status).toBe(404);
    expect((await open(path, '')).status).toBe(303);
  }
});

test('it shows the document of the API, which has a policy of its own for this path only', async () => {
  const { cookie } = await running.loggedIn('root');
  const [shown, given] = await Promise.all(
    ['/api/docs/json', '/api/v1/openapi.json'].map(async (path) => (await open(path, cookie)).json()),
  );
  expect(shown).toEqual(given);
  const policy = async (path: string): Promise<string> =>
    (await open(path, cookie)).headers.get('content-security-policy') ?? '';
  expect(await policy('/api/docs')).toMatch(/script-src 'self';.*style-src 'self' 'unsafe-inline'/);
  expect(await policy('/api/v1/domains')).not.toContain('script-src');
  expect(await policy('/')).not.toContain("style-src 'self' 'unsafe-inline'");
});

test('a browser shows every route, asks nobody but this server, and runs into nothing that the policy forbids', async () => {
  const { cookie } = await running.loggedIn('root');
  const [name = '', value = ''] = cookie.split('=');
  const context = await browser.newContext();
  await context.addCookies([{ name, value, url: running.url }]);
  const page = await context.newPage();
  const asked: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${running.url}/api/docs`);
  await page.locator('.opblock-tag').first().waitFor();
  const tags = await page.locator('.opblock-tag').count();
  expect(tags).toBeGreaterThan(10);
  await page.locator('.opblock-tag', { hasText: 'accounts' }).first().click();
  await page.locator('.opblock-post').first().click();
  await page.getByText('anna@example.org').first().waitFor();
  // A click in a manual changes nothing.
  expect(await page.getByRole('button', { name: 'Try it out' }).count()).toBe(0);
  expect(asked.filter((url) => !url.startsWith(`${running.url}/`) && !url.startsWith('data:'))).toEqual([]);
  expect(complaints).toEqual([]);
  await context.close();
});
