// The page that tries a mail, before the real settings, smtp and filter processes: by the draft that is being edited, which
// nobody has saved. And the address that hides its clients, from the remark of the overview to its confirmation.
import { dlpDefinition } from '@pochtar/bus';
import { saveRule } from '@pochtar/store/dlp';
import { noteForeignSenders } from '@pochtar/store/lists';
import { freePort } from '@pochtar/testkit';
import { createAccounts } from '@pochtar/testkit/ground';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningConsole, runConsole } from '../running-console.ts';
import { openBrowser } from './browser.ts';
import { type BuiltPages, buildPages } from './built-pages.ts';
import { loggedInPage } from './logged-in-page.ts';
import { blemishes, settled, violations } from './looks.ts';

const MAIL =
  'From: <boss@far.test>\r\nTo: <anna@demo.test>\r\nSubject: x\r\n\r\nMy card is 4111 1111 1111 1111.\r\n';

let pages: BuiltPages;
let browser: Browser;
let running: RunningConsole;
let page: Page;

beforeAll(async () => {
  pages = await buildPages();
  running = await runConsole({
    pages: pages.directory,
    beside: ['delivery', 'smtp', 'filter-dlp', 'filter-dkim'],
    settings: {
      network: { smtpPort: await freePort(), submissionEnabled: false },
      ...{ smtpEncryption: { mode: 'none' }, dnsbl: { zones: [] } },
    },
  });
  const { db } = running.ground;
  await createAccounts(db, ['anna']);
  const definition = dlpDefinition.parse({ conditions: [{ kind: 'detector', detector: 'bankCard' }] });
  await saveRule(db, { name: 'Cards', isOn: true, position: 1, definition, author: 'test' }, null);
  browser = await openBrowser();
  page = await loggedInPage(browser, running);
  page.setDefaultTimeout(20_000);
});
afterAll(async () => {
  await browser.close();
  await running[Symbol.asyncDispose]();
  await pages[Symbol.asyncDispose]();
});

const menu = (to: string) => page.locator(`.p-menu a[href="${to}"]`);
const submit = () => page.getByRole('button', { name: 'Try the mail' });
const would = () => page.locator('.t-outcomes').innerText();

test('a mail is tried by the draft that is being edited: its verdict leads to the rule and the field, and back; nothing is saved', async () => {
  await page.goto(`${running.url}/settings/mail#misc.useDlp`);
  await page.locator('[id="misc.useDlp"]').setChecked(true, { force: true });
  await menu('/settings/more').click();
  await page.locator('[id="dlp.enabled"]').waitFor();
  await page.locator('[id="dlp.defaultAction--reject"]').check({ force: true });
  await menu('/try').click();
  const byDraft = page.getByRole('radio', { name: /By the draft: 2 changed fields/ });
  await byDraft.waitFor();
  expect(await byDraft.isChecked()).toBe(true);
  expect(await submit().isDisabled()).toBe(true);
  await page
    .locator('main input[type="file"]')
    .setInputFiles({ name: 'card.eml', mimeType: 'message/rfc822', buffer: Buffer.from(MAIL) });
  await page.getByLabel('Client address').fill('192.0.2.1');
  await submit().click();
  await page.locator('.t-result:focus').waitFor();
  expect(await would()).toMatch(/Would be returned to its sender[^]*anna@demo\.test[^]*DLP rule/);
  expect([...(await violations(page)), ...(await blemishes(page))]).toEqual([]);
  const row = page.getByRole('row', { name: /^DLP refuses it/ });
  expect(await row.getByRole('link', { name: 'Cards' }).getAttribute('href')).toBe('/dlp?open=Cards');
  expect(await row.innerText()).toMatch(/\d+\u00a0ms/);
  await row.locator('a[href="/settings/more#dlp.defaultAction"]').click();
  await page.waitForURL('**/settings/more#dlp.defaultAction');
  await page.locator('[id="dlp.enabled"]').waitFor();
  await menu('/try').click();
  await page.getByText('card.eml').waitFor();
  expect(await would()).toContain('Would be returned to its sender');
  await page.getByRole('radio', { name: 'By what is saved' }).check();
  await page.getByText('The mail or the settings have changed since').waitFor();
  await submit().click();
  await page
    .locator('.t-outcomes')
    .getByText(/Would be delivered/)
    .waitFor();
  expect(await page.getByText('The mail or the settings have changed since').count()).toBe(0);
  const [row2] = await running.ground.db.query<{ document: { useDlp: boolean } }>({
    text: "select document from settings.section where name = 'misc'",
  });
  expect(row2?.document.useDlp).toBe(false);
  const queued = await running.ground.db.query({ text: 'select from queue.mail' });
  expect(queued).toEqual([]);
}, 120_000);

test('by keyboard alone: what is pasted is tried with Enter, and a wrong client is told at its field', async () => {
  await page.goto(`${running.url}/try`);
  const source = page.getByLabel('Or paste the source');
  await source.fill('Subject: x\n\nx\n');
  const client = page.getByLabel('Client address');
  await client.focus();
  await page.keyboard.type('nonsense');
  await page.keyboard.press('Enter');
  await page.getByText('an IP address is needed').waitFor();
  expect(await client.getAttribute('aria-invalid')).toBe('true');
  await page.locator('[aria-invalid="true"]:focus').waitFor();
  await client.fill('');
  await page.getByLabel('Recipients').focus();
  await page.keyboard.type('anna@demo.test');
  await page.keyboard.press('Enter');
  await page.locator('.t-result:focus').waitFor();
  expect(await would()).toContain('anna@demo.test');
  await page.getByText('By what is saved. Change something').waitFor();
}, 60_000);

test('the remark of the overview leads to the address that hides its clients: since when, what it means, and its confirmation', async () => {
  const { db } = running.ground;
  const seen = Array.from({ length: 21 }, (_, n) => ({ address: '172.18.0.1', domain: `far${n}.test` }));
  expect(await noteForeignSenders(db, seen)).toEqual(['172.18.0.1']);
  await page.goto(running.url);
  const remark = page.locator('.p-remarks > li', { hasText: '172.18.0.1' });
  await remark.getByRole('link').click();
  const panel = page.getByRole('dialog').first();
  await panel.getByText('trust suspended').waitFor();
  await panel.getByText('Relaying without a login').waitFor();
  expect(await panel.locator('a[href="/settings/mail#network.trustedProxies"]').count()).toBe(1);
  await settled(page);
  expect([...(await violations(page)), ...(await blemishes(page))]).toEqual([]);
  await panel.getByRole('button', { name: 'Confirm: it is one client' }).press('Enter');
  await page.getByText('becomes an open relay').waitFor();
  await page.locator('[role="dialog"] form button[type="submit"]').press('Enter');
  const row = page.getByRole('row', { name: /172\.18\.0\.1.*confirmed/ });
  await row.click();
  await page.getByRole('button', { name: 'Revoke the confirmation' }).click();
  await page.locator('[role="dialog"] form button[type="submit"]').click();
  await page.getByRole('row', { name: /172\.18\.0\.1.*trust suspended/ }).waitFor();
}, 60_000);
