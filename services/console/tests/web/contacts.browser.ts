// Contact details of a mailbox on its page, before the real processes: typed, refused at the field, with a picture, exported.
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { createAccounts } from '@pochtar/testkit/ground';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningConsole, runConsole, type Visitor } from '../running-console.ts';
import { openBrowser } from './browser.ts';
import { type BuiltPages, buildPages } from './built-pages.ts';
import { loggedInPage } from './logged-in-page.ts';

const address = 'anna@demo.test';
/** One pixel, and no JPEG. */
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

let pages: BuiltPages;
let browser: Browser;
let running: RunningConsole;
let page: Page;
let admin: Visitor;

beforeAll(async () => {
  pages = await buildPages();
  running = await runConsole({ pages: pages.directory });
  await createAccounts(running.ground.db, ['anna']);
  admin = await running.loggedIn('root');
  browser = await openBrowser();
  page = await loggedInPage(browser, running);
});
afterAll(async () => {
  await browser.close();
  await running[Symbol.asyncDispose]();
  await pages[Symbol.asyncDispose]();
});

test('what does not do is told at its field, and the rest is kept until it does; a picture becomes a JPEG', async () => {
  await page.goto(`${running.url}/accounts?open=${encodeURIComponent(address)}`);
  await page.getByRole('button', { name: 'Contact details' }).click();
  const dialog = page.getByRole('dialog', { name: 'Contact details' });
  await dialog.getByLabel('Surname').fill('Ёлкина');
  await dialog.getByLabel('Work phone').fill('none');
  await dialog
    .locator('input[type="file"]')
    .setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: png });
  await dialog.getByRole('img', { name: 'Photo of' }).waitFor();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('A telephone number has digits', { exact: false }).waitFor();
  expect(await dialog.getByLabel('Work phone').getAttribute('aria-invalid')).toBe('true');
  await dialog.getByLabel('Work phone').fill('+7 495 123-45-67');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  const { body } = await admin.call('GET', `/accounts/${address}`);
  expect(body).toMatchObject({
    account: {
      contact: { surname: 'Ёлкина', workPhone: '+7 495 123-45-67' },
      hasPhoto: true,
      isHidden: false,
    },
  });
  const photo = (await admin.call('GET', `/accounts/${address}/photo`)).body;
  expect(photo).toMatchObject({ photo: { width: 1, height: 1, jpeg: expect.stringMatching(/^\/9j\//) } });
  await page.getByRole('img', { name: `Photo of` }).waitFor();
});

test('mailboxes are exported with them', async () => {
  await page.goto(`${running.url}/accounts`);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export as CSV' }).click();
  const text = readFileSync(await (await download).path(), 'utf8');
  expect(text).toMatch(/^\uFEFFaddress;/);
  expect(text).toContain(address);
  expect(text).toContain(';Ёлкина;');
});

test('an external contact is added, refused at its field, changed and deleted from its panel', async () => {
  await page.goto(`${running.url}/names/contacts`);
  await page.getByRole('button', { name: 'Add a contact' }).first().click();
  const panel = page.getByRole('dialog');
  await panel.getByLabel('Address', { exact: true }).fill('boris@supplier.test');
  await panel.getByLabel('Name', { exact: true }).fill('Boris Smith');
  await panel.getByLabel('Work phone').fill('none');
  await panel.getByRole('button', { name: 'Add a contact' }).click();
  await panel.getByText('A telephone number has digits', { exact: false }).waitFor();
  await panel.getByLabel('Work phone').fill('+44 20 7946 0001');
  await panel.getByLabel('Organisation').fill('Supplier Ltd');
  await panel.getByRole('button', { name: 'Add a contact' }).click();
  await page.getByRole('row', { name: 'boris@supplier.test' }).click();
  await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Boris S.');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('row', { name: 'Boris S.' }).waitFor();
  const { body } = await admin.call('GET', '/contacts');
  expect(body).toMatchObject({
    contacts: [
      {
        ...{ address: 'boris@supplier.test', displayName: 'Boris S.', domain: 'demo.test' },
        contact: { organisation: 'Supplier Ltd', workPhone: '+44 20 7946 0001' },
      },
    ],
  });
  await page.getByRole('row', { name: 'Boris S.' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete the contact' }).click();
  await page.getByRole('dialog').last().getByRole('button', { name: 'Delete the contact' }).click();
  await page.getByText('There are no external contacts yet', { exact: false }).waitFor();
});

test('people of a file are looked at, then taken; and the list is given as a file', async () => {
  await page.goto(`${running.url}/names/contacts`);
  await page.getByRole('button', { name: 'Import' }).click();
  const dialog = page.getByRole('dialog', { name: 'People from a file' });
  const vcards = 'BEGIN:VCARD\nFN:Olga\nEMAIL:olga@supplier.test\nEND:VCARD\nBEGIN:VCARD\nFN:X\nEND:VCARD\n';
  await dialog
    .locator('input[type="file"]')
    .setInputFiles({ name: 'all.vcf', mimeType: 'text/vcard', buffer: Buffer.from(vcards) });
  await dialog.getByRole('button', { name: 'Check' }).click();
  await dialog.getByText('there is no address').waitFor();
  expect((await admin.call('GET', '/contacts')).body).toMatchObject({ contacts: [] });
  await dialog.getByRole('button', { name: 'Import' }).click();
  await dialog.getByRole('heading', { name: 'Imported' }).waitFor();
  await dialog.locator('button[type="submit"]').click();
  await page.getByRole('row', { name: 'olga@supplier.test' }).waitFor();
  for (const [format, written] of [
    ['vcard', /^BEGIN:VCARD\r\nVERSION:4\.0/],
    ['ldif', /^version: 1\n\ndn: mail=olga@supplier\.test,ou=people,dc=demo,dc=test\n/],
    ['csv', /olga@supplier\.test;Olga;/],
  ] as const) {
    const { status, body } = await admin.call('GET', `/contacts/file?format=${format}`);
    expect([status, body]).toEqual([200, expect.stringMatching(written)]);
  }
});
