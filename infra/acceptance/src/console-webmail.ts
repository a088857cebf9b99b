// Debian's Roundcube beside the server, set up with the file that `pochtar ldap client roundcube` prints: a browser completes an
// address in it from the address book, as long as that is for the web mail.
import { join } from 'node:path';
import { startRoundcube } from '@pochtar/native';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConsoleGround } from './console-ground.ts';

export function webmailTests(ground: () => ConsoleGround): void {
  describe('Roundcube', () => {
    const stack = new AsyncDisposableStack();
    let page: Page;
    let url: string;
    afterAll(() => stack.disposeAsync());

    beforeAll(async () => {
      const at = ground();
      const { instance, scratch } = at.installation;
      await at.given({ addressBook: { publishToWebmail: true } });
      const include = await instance.pochtar(['ldap', 'client', 'roundcube', '--host', '127.0.0.1']);
      const roundcube = stack.use(
        await startRoundcube({
          ...{ dir: join(scratch, 'roundcube'), include },
          ...{ imap: `127.0.0.1:${at.ports.imap}`, smtp: `127.0.0.1:${at.ports.submission}` },
          // The certificate is the installation's own.
          env: { LDAPTLS_REQCERT: 'never' },
        }),
      );
      ({ url } = roundcube);
      page = await at.browser.newPage({ locale: 'en' });
      stack.defer(() => page.close());
      page.setDefaultTimeout(30_000);
      await page.goto(url);
      await page.fill('#rcmloginuser', at.anna.address);
      await page.fill('#rcmloginpwd', at.anna.password);
      await page.click('#rcmloginsubmit');
      await page.waitForURL(/_task=mail/);
    }, 300_000);

    /** What is offered in the window of a new mail. */
    async function completed(text: string): Promise<string[]> {
      await page.goto(`${url}/?_task=mail&_action=compose`);
      const field = page.locator('.recipient-input input').first();
      const answered = page.waitForResponse(
        (response) =>
          response.url().includes('autocomplete') ||
          response.request().postData()?.includes('autocomplete') === true,
      );
      await field.pressSequentially(text);
      await (await answered).finished();
      await page.waitForTimeout(0);
      return page.locator('#rcmKSearchpane li').allTextContents();
    }

    async function books(): Promise<string> {
      await page.goto(`${url}/?_task=addressbook`);
      return page.locator('#directorylist').innerText();
    }

    test('addressBook.publishToWebmail off: Roundcube has no such book and completes nothing from it; on: it does again', async () => {
      const at = ground();
      expect(await completed('bor')).toEqual([expect.stringContaining('boris@demo.test')]);
      expect(await books()).toContain('127.0.0.1');
      await at.given({ addressBook: { publishToWebmail: false } });
      expect(await completed('bor')).toEqual([]);
      expect(await books()).not.toContain('127.0.0.1');
      await at.given({ addressBook: { publishToWebmail: true } });
      expect(await completed('bor')).toEqual([expect.stringContaining('boris@demo.test')]);
    });
  });
}
