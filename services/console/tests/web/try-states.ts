// What the page shows that tries a mail: what is chosen, while it runs, what came of it, and what goes wrong.
import type { Page } from 'playwright-core';
import type { FakeApi } from './fake-api.ts';
import { settled } from './looks.ts';
import type { PageState } from './page-state.ts';

const path = '/try';
const mail = 'From: boss@client.test\r\nTo: anna@firma.test\r\nSubject: x\r\n\r\ntext\r\n';
const submit = 'main form button[type="submit"]';

async function paste(page: Page): Promise<void> {
  await settled(page);
  await page.locator('main textarea').fill(mail);
}

async function tried(page: Page): Promise<void> {
  await paste(page);
  await page.locator(submit).click();
  await page.locator('.t-outcomes').waitFor();
  await settled(page);
}

const messages = (ru: string, en: string) => ({ messages: { ru, en }, detail: ru, requestId: 'test' });
const type = (code: string) => `urn:pochtar:problem:${code}`;

/** Answered with this instead. */
const refused =
  (status: number, code: string, body: object) =>
  (api: FakeApi): void => {
    api.triedFailure = { status, body: { type: type(code), title: code, status, ...body } };
  };

async function failed(page: Page): Promise<void> {
  await paste(page);
  await page.locator(submit).click();
  await page.locator('main form :is(.p-notice, .mantine-InputWrapper-error)').first().waitFor();
}

const silent = messages(
  'процесс settings не отвечает: проверьте, что он запущен, и повторите',
  'the process settings does not answer: see that it runs, and try again',
);
const noAddress = {
  ru: '«x»: нужен адрес IP, например 203.0.113.7',
  en: '“x”: an IP address is needed, such as 203.0.113.7',
};

export const tryStates: Readonly<Record<string, PageState>> = {
  'try: a file': {
    path,
    reach: async (page) => {
      await settled(page);
      const file = { name: 'договор.eml', mimeType: 'message/rfc822', buffer: Buffer.from(mail) };
      await page.locator('main input[type="file"]').setInputFiles(file);
      await page.getByText('договор.eml').waitFor();
    },
  },
  'try: too large': {
    path,
    reach: async (page) => {
      await settled(page);
      const buffer = Buffer.alloc(16 * 1024 * 1024 + 1);
      await page
        .locator('main input[type="file"]')
        .setInputFiles({ name: 'large.eml', mimeType: 'message/rfc822', buffer });
      await page.locator('main form .p-notice').waitFor();
    },
  },
  'try: a draft': {
    path: '/settings/mail',
    reach: async (page) => {
      await settled(page);
      await page.locator('[id="queue.waitMaxMinutes"]').fill('400');
      await page.locator('[id="general.organisation"]').fill('ООО «Ромашка»');
      await page.evaluate((to) => {
        history.pushState(null, '', to);
        dispatchEvent(new PopStateEvent('popstate'));
      }, path);
      await page.locator('#try-draft').waitFor();
    },
  },
  'try: running': {
    path,
    prepare: (api) => void (api.isTryingLong = true),
    reach: async (page) => {
      await paste(page);
      await page.locator(submit).click();
      await page.locator('main form [role="status"]:not(:empty)').waitFor();
    },
  },
  'try: result': { path, reach: tried },
  'try: result and its fields': {
    path,
    reach: async (page) => {
      await tried(page);
      await page.locator('.t-result .p-fold > summary').click();
    },
  },
  'try: another mail since': {
    path,
    reach: async (page) => {
      await tried(page);
      await page.locator('main textarea').fill(`${mail}more`);
      await page.locator('.t-result .p-notice').waitFor();
    },
  },
  'try: failed': { path, prepare: refused(503, 'unavailable', silent), reach: failed, isFailing: true },
  'try: wrong client': {
    path,
    prepare: refused(400, 'invalid', {
      ...messages(noAddress.ru, noAddress.en),
      errors: [{ pointer: '/client', field: 'client', code: 'invalid', message: noAddress }],
    }),
    reach: failed,
    isFailing: true,
  },
  'try: wrong draft': {
    path,
    prepare: refused(422, 'outOfRange', {
      ...messages('от 1 до 1440', 'from 1 to 1440'),
      errors: ['antivirus.maxScanSizeMb', 'dkim.onDmarcFail'].map((one) => {
        const [section, field] = one.split('.');
        const message = { ru: 'от 1 до 1440', en: 'from 1 to 1440' };
        return { pointer: '', section, field, code: 'outOfRange', message };
      }),
    }),
    reach: failed,
    isFailing: true,
  },
  'guard: confirm': {
    path: '/lists/guard?open=172.18.0.1',
    reach: async (page) => {
      await settled(page, '/lists/guard?open=172.18.0.1');
      await page.locator('[role="dialog"] .p-actions button').click();
      await page.locator('[role="dialog"] form').waitFor();
    },
  },
};
