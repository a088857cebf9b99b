// Pages that hand in files, before the real processes: settings as YAML, a way back, certificates.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@pochtar/testkit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningConsole, runConsole } from '../running-console.ts';
import { openBrowser } from './browser.ts';
import { type BuiltPages, buildPages } from './built-pages.ts';
import { loggedInPage } from './logged-in-page.ts';

let pages: BuiltPages;
let browser: Browser;
let running: RunningConsole;
let page: Page;
const directory = temporaryDirectory();

beforeAll(async () => {
  pages = await buildPages();
  running = await runConsole({ pages: pages.directory });
  browser = await openBrowser();
  page = await loggedInPage(browser, running);
});
afterAll(async () => {
  await browser.close();
  await running[Symbol.asyncDispose]();
  await pages[Symbol.asyncDispose]();
  directory[Symbol.dispose]();
});

/** Drops a file onto the dialog or panel that is open. */
async function drop(name: string, content: Buffer): Promise<void> {
  const data = await page.evaluateHandle(
    ([file, base64]) => {
      const transfer = new DataTransfer();
      const bytes = Uint8Array.from(atob(base64 ?? ''), (letter) => letter.codePointAt(0) ?? 0);
      transfer.items.add(new File([bytes], file ?? ''));
      return transfer;
    },
    [name, content.toString('base64')],
  );
  await page.locator('.p-drop').dispatchEvent('drop', { dataTransfer: data });
}

test('a file of settings: what is wrong stands at its line; what changes is reviewed, applied, and taken back', async () => {
  await page.goto(`${running.url}/settings/mail?file=1`);
  await drop('wrong.yaml', Buffer.from('queue:\n  runIntervalMinutes: 12\n  noSuch: 1\n'));
  await page.getByRole('button', { name: 'Show what would change' }).click();
  await page.getByRole('button', { name: 'line 3' }).click();
  const field = page.getByLabel('Or paste YAML');
  const selected = await field.evaluate((area: HTMLTextAreaElement) =>
    area.value.slice(area.selectionStart, area.selectionEnd),
  );
  expect(selected).toBe('  noSuch: 1');
  await field.fill('queue:\n  runIntervalMinutes: 12\n');
  await page.getByRole('button', { name: 'Show what would change' }).click();
  await page.getByText('12 min', { exact: false }).waitFor();
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Applied by processes', { exact: false }).waitFor();
  await page.goto(`${running.url}/settings/mail?history=queue`);
  await page.getByRole('button', { name: 'Undo this whole change' }).first().click();
  await page.getByText('30 min', { exact: false }).waitFor();
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Applied by processes', { exact: false }).waitFor();
  await page.goto(`${running.url}/settings/mail`);
  const interval = page.locator('[id="queue.runIntervalMinutes"]');
  await interval.waitFor();
  expect(await interval.inputValue()).toBe('30');
});

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { cwd: directory.path, stdio: 'ignore' });
}
const made = (name: string): Buffer => readFileSync(join(directory.path, name));

let pem = '';

test('a certificate is shown before it is stored: from PEM that is pasted in any order, and from PKCS#12', async () => {
  const subject = ['-subj', '/CN=mail.example.org', '-addext', 'subjectAltName=DNS:mail.example.org'];
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'key.pem',
    '-out',
    'cert.pem',
    '-days',
    '20',
    ...subject,
  );
  openssl(
    'pkcs12',
    '-export',
    '-inkey',
    'key.pem',
    '-in',
    'cert.pem',
    '-passout',
    'pass:geheim',
    '-out',
    'both.p12',
  );
  await page.goto(`${running.url}/certificates`);
  await page.getByRole('button', { name: 'Upload a certificate' }).click();
  const dialog = page.getByRole('dialog');
  await dialog
    .getByRole('textbox', { name: 'Or paste PEM' })
    .fill(made('key.pem').toString() + made('cert.pem').toString());
  await dialog.getByRole('button', { name: 'Inspect' }).click();
  await dialog.getByText('mail.example.org').first().waitFor();
  await dialog.getByText('nobody: it is self-signed').waitFor();
  // Nobody has chosen one yet: the one that is uploaded is meant to be shown.
  expect(await dialog.getByRole('checkbox', { name: 'Show it to clients' }).isChecked()).toBe(true);
  await dialog.getByRole('checkbox', { name: 'Show it to clients' }).uncheck();
  await dialog.getByRole('button', { name: 'Store the certificate' }).click();
  await page.getByRole('cell', { name: /19 days left/ }).waitFor();

  await page.getByRole('button', { name: 'Upload a certificate' }).click();
  await drop('both.p12', made('both.p12'));
  await dialog.getByText('both.p12').waitFor();
  await dialog.getByRole('button', { name: 'Inspect' }).click();
  await dialog.getByRole('alert').first().waitFor();
  await dialog.getByLabel('Password of the key', { exact: false }).first().fill('geheim');
  await dialog.getByRole('button', { name: 'Inspect' }).click();
  await dialog.getByRole('button', { name: 'Store the certificate' }).waitFor();
  await page.keyboard.press('Escape');
  pem = made('key.pem').toString() + made('cert.pem').toString();
});

test('a certificate that is in use cannot be deleted; one that is not, can', async () => {
  await page.goto(`${running.url}/certificates`);
  await page
    .getByRole('row', { name: /^Pochtar / })
    .filter({ hasText: 'SMTP' })
    .first()
    .click();
  await page.getByText('To delete it, choose another').waitFor();
  expect(await page.getByRole('button', { name: 'Delete the certificate' }).count()).toBe(0);
  await page.goto(`${running.url}/certificates`);
  await page.getByRole('row', { name: /^mail\.example\.org/ }).click();
  await page.getByRole('button', { name: 'Delete the certificate' }).click();
  await page.getByRole('button', { name: 'Delete the certificate' }).last().click();
  await page.getByRole('row', { name: /^mail\.example\.org/ }).waitFor({ state: 'detached' });
});

test('an uploaded certificate goes into use at once when that is wished', async () => {
  await page.getByRole('button', { name: 'Upload a certificate' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Or paste PEM' }).fill(pem);
  await dialog.getByRole('button', { name: 'Inspect' }).click();
  await dialog.getByRole('button', { name: 'Store the certificate' }).click();
  await page
    .getByRole('row', { name: /^mail\.example\.org/ })
    .filter({ hasText: 'POP3' })
    .filter({ hasText: 'SMTP' })
    .waitFor();
});

test('a document of megabytes is protected: how far it came is shown, and it stands in the list', async () => {
  const text = Array.from({ length: 150_000 }, (_, index) => `слово${index}`).join(' ');
  await page.goto(`${running.url}/dlp?tab=documents&open=%2B`);
  await drop('plan.txt', Buffer.from(text));
  await page.getByRole('dialog').getByRole('button', { name: 'Protect a document' }).click();
  await page.getByText(/^Sent/).waitFor();
  await page.getByRole('row', { name: /plan\.txt.*150,000/ }).waitFor();
  expect(await page.getByRole('dialog').count()).toBe(0);
});
