// What opens over a page, or on it, while somebody works: each dialog, what it shows before and after, and what goes wrong.
import type { Page } from 'playwright-core';
import { settled } from './looks.ts';
import type { PageState } from './page-state.ts';

const dialog = '[role="dialog"]';

/** Presses one of the buttons at the head of the page, the first being 0. */
const headButton =
  (place: number) =>
  async (page: Page): Promise<void> => {
    await settled(page);
    await page.locator('.p-page-head .p-actions button').nth(place).click();
    await page.locator(dialog).waitFor();
  };

/** After the page is quiet, each in turn: a button is pressed, or text is typed into a field. */
function after(...steps: (readonly [selector: string, text?: string])[]) {
  return async (page: Page): Promise<void> => {
    await settled(page);
    for (const [selector, text] of steps) {
      const found = page.locator(selector).first();
      await (text === undefined ? found.click() : found.fill(text));
    }
    await page.waitForTimeout(300);
  };
}

const quarantined = '/quarantine?open=0192f000-0000-7000-8000-000000000001';
const route = '/settings/routes?open=.partner.test';
const queueMail = '/queue?open=0192f000-0000-7000-8000-000000000001';
const changed: readonly (readonly [string, string])[] = [
  ['[id="queue.waitMaxMinutes"]', '400'],
  ['[id="relay.host"]', 'smtp.yandex.ru'],
  ['[id="general.organisation"]', 'ООО «Ромашка»'],
];

/** Changes a field, and somebody else is faster. */
async function conflict(page: Page, save: () => void): Promise<void> {
  await settled(page);
  await page.locator('[id="queue.waitMaxMinutes"]').fill('400');
  save();
  await page.keyboard.press('Control+s');
  await page.locator(`${dialog} button[type="submit"]`).click();
  await page.locator(`${dialog} .f-conflict`).waitFor();
}

const csv =
  'адрес;имя;пароль;квота\nanna@firma.test;Анна;secret-1234;1024\nнет;Пётр;x;много\nanna@firma.test;;;';

export const dialogStates: Readonly<Record<string, PageState>> = {
  'over: a route is tried': {
    path: route,
    reach: async (page) => {
      await settled(page);
      await page.locator(`${dialog} .f-test button`).click();
      await page.locator(`${dialog} .f-test-lines li`).nth(3).waitFor();
    },
  },
  'over: add a domain': { path: '/domains', reach: headButton(0) },
  'over: add a web hook': { path: '/hooks', reach: headButton(0) },
  'over: web hook made': {
    path: '/hooks',
    reach: async (page) => {
      await headButton(0)(page);
      await page.locator(`${dialog} input`).first().fill('CRM');
      await page.locator(`${dialog} input`).nth(1).fill('https://crm.firma.test/');
      await page.locator(`${dialog} button[type="submit"]`).click();
      await page.locator(`${dialog} .p-code`).waitFor();
    },
  },
  'over: web hook tested': { path: '/hooks?open=2', reach: after([`${dialog} .p-actions button`]) },
  'over: add a mailbox': { path: '/accounts', reach: (page) => headButton(-1)(page) },
  'over: mailbox created': {
    path: '/accounts',
    reach: async (page) => {
      await headButton(-1)(page);
      await page.locator(`${dialog} input`).first().fill('olga@firma.test');
      await page.locator(`${dialog} .mantine-Stack-root button`).last().click();
      await page.locator(`${dialog} button[type="submit"]`).click();
      await page.locator(`${dialog} .p-code`).waitFor();
    },
  },
  'over: mailbox refused': {
    path: '/accounts',
    prepare: (api) => void (api.refuses = true),
    reach: async (page) => {
      await headButton(-1)(page);
      await page.locator(`${dialog} input`).first().fill('olga@firma.test');
      await page.locator(`${dialog} button[type="submit"]`).click();
      await page.locator(`${dialog} .p-notice`).waitFor();
    },
    isFailing: true,
  },
  'over: delete a mailbox': {
    path: '/accounts?open=anna%40firma.test',
    reach: after([`${dialog} .p-actions button:last-of-type`]),
  },
  'over: contact details': {
    path: '/accounts?open=anna%40firma.test',
    reach: after([`${dialog} .p-actions button:nth-of-type(2)`]),
  },
  'over: import preview': { path: '/accounts/import', reach: after(['main textarea', csv]) },
  'over: people from a file': { path: '/names/contacts', reach: headButton(1) },
  'over: add a contact': {
    path: '/names/contacts?open=%2B',
    reach: (page) => page.locator(dialog).waitFor(),
  },
  'over: add an alias': { path: '/names?open=%2B', reach: (page) => page.locator(dialog).waitFor() },
  'over: add an administrator': {
    path: '/admins',
    reach: after(['section[aria-labelledby="administrators"] .p-block-head button']),
  },
  'over: an administrator': {
    path: '/admins',
    reach: after(['section[aria-labelledby="administrators"] [data-row] >> nth=1']),
  },
  'over: add a token': {
    path: '/admins',
    reach: after(['section[aria-labelledby="tokens"] .p-block-head button']),
  },
  'over: upload a certificate': { path: '/certificates', reach: headButton(-1) },
  'over: certificate inspected': {
    path: '/certificates',
    reach: async (page) => {
      await headButton(-1)(page);
      await page.locator(`${dialog} textarea`).first().fill('-----BEGIN CERTIFICATE-----');
      await page.locator(`${dialog} button[type="submit"]`).click();
      await page.locator(`${dialog} .p-facts`).waitFor();
    },
  },
  'over: put a step off': {
    path: '/start',
    prepare: (api) => void (api.isNew = true),
    reach: after(['main .p-block-head button']),
  },
  'over: paste entries': {
    path: '/lists/black',
    reach: async (page) => {
      await headButton(0)(page);
      const lines = '203.0.113.9 # спам\n198.51.100.0/24\nне адрес и не сеть\n@partner.test';
      await page.locator(`${dialog} textarea`).first().fill(lines);
      await page.locator(`${dialog} button[type="submit"]`).click();
      await page.locator(`${dialog} .p-notice`).first().waitFor();
    },
  },
  'over: entry removed': {
    path: '/lists/black',
    reach: async (page) => {
      await after(['main [data-row] input[type="checkbox"]'], ['.p-chosen button'])(page);
      await page.locator('.mantine-Notification-root').first().waitFor();
    },
  },
  'over: queue selection': {
    path: '/queue',
    reach: after(['main [data-row] input[type="checkbox"]']),
  },
  'over: delete queued mail': {
    path: queueMail,
    reach: after([`${dialog} .p-actions button:nth-last-of-type(2)`]),
  },
  'over: redirect queued mail': {
    path: queueMail,
    reach: after([`${dialog} .p-actions button:last-of-type`]),
  },
  'over: held mail': {
    path: '/queue?open=0192f000-0000-7000-8000-000000000002',
    reach: (page) => page.locator(`${dialog} .p-facts`).waitFor(),
  },
  'over: text of a quarantined mail': {
    path: quarantined,
    reach: async (page) => {
      await after([`${dialog} .p-actions >> nth=1 >> button`])(page);
      await page.locator(`${dialog} .q-line`).first().waitFor();
    },
  },
  'over: release a virus': { path: quarantined, reach: after([`${dialog} .p-actions button`]) },
  'over: approve what DLP holds': {
    path: '/quarantine?open=0192f000-0000-7000-8000-000000000002',
    reach: after([`${dialog} .p-actions button`]),
  },
  'over: quarantine selection': {
    path: '/quarantine',
    reach: after(['main [data-row] input[type="checkbox"]']),
  },
  'over: add a DLP rule': {
    path: '/dlp?open=%2B',
    reach: async (page) => {
      await settled(page);
      for (const place of [0, 2]) {
        await page.locator(`${dialog} .d-conditions > .mantine-Select-root input`).click();
        await page.locator('[role="option"]:visible').nth(place).click();
      }
      await page.locator(`${dialog} .d-condition`).nth(1).waitFor();
    },
  },
  'over: remove a DLP rule': {
    path: '/dlp?open=%D0%9A%D0%B0%D1%80%D1%82%D1%8B',
    reach: after([`${dialog} form > .mantine-Stack-root > .mantine-Group-root button`]),
  },
  'over: protect a document': {
    path: '/dlp?tab=documents&open=%2B',
    reach: (page) => page.locator(dialog).waitFor(),
  },
  'over: a process': { path: '/processes', reach: after(['main [data-row] >> nth=1']) },
  'over: changes to save': { path: '/settings/mail', reach: after(...changed) },
  'over: review of several': {
    path: '/settings/mail',
    reach: async (page) => {
      await after(...changed)(page);
      await page.keyboard.press('Control+s');
      await page.locator(`${dialog} form`).waitFor();
    },
  },
  'over: applied': {
    path: '/settings/mail',
    reach: async (page) => {
      await after(...changed)(page);
      await page.keyboard.press('Control+s');
      await page.locator(`${dialog} button[type="submit"]`).click();
      await page.locator(`${dialog} [data-autofocus]`).waitFor();
      await settled(page);
    },
  },
  'over: not applied': {
    path: '/settings/mail',
    reach: async (page) => {
      await after(['[id="network.pop3Port"]', '1110'])(page);
      await page.keyboard.press('Control+s');
      await page.locator(`${dialog} button[type="submit"]`).click();
      await page.locator(`${dialog} [data-tone="danger"]`).first().waitFor();
    },
  },
  'over: conflict in the review': {
    path: '/settings/mail',
    reach: (page, api) => conflict(page, () => api.saveElsewhere('queue', { waitMaxMinutes: 500 })),
    isFailing: true,
  },
  'over: conflict on the page': {
    path: '/settings/mail',
    reach: async (page, api) => {
      await conflict(page, () => api.saveElsewhere('queue', { waitMaxMinutes: 500 }));
      await page.keyboard.press('Escape');
      await page.locator(dialog).waitFor({ state: 'detached' });
    },
    isFailing: true,
  },
  'over: way back': {
    path: '/settings/mail?history=queue',
    reach: async (page) => {
      await settled(page);
      await page.locator(`${dialog} .f-revision button`).first().click();
      await page.locator(`${dialog} form`).waitFor();
    },
  },
  'over: file to import': {
    path: '/settings/mail?file=1',
    reach: async (page) => {
      await after([`${dialog} textarea`, 'queue:\n  runIntervalMinutes: 12'])(page);
      await page.locator(`${dialog} button[type="submit"]`).click();
      await page.locator(`${dialog} .f-changes`).waitFor();
    },
  },
  'over: a test': {
    path: '/settings/mail#relay.port',
    reach: async (page, api) => {
      api.untilFinished.resolve();
      await after(['[id="relay.host"]', 'smtp.firma.test'], ['#block-relay .f-test button'])(page);
      await page.locator('#block-relay .f-test-lines').waitFor();
    },
  },
  'over: menu of a field': { path: '/settings/spam', reach: after(['.f-menu']) },
  'over: refused by a black list': {
    path: '/settings/spam',
    reach: async (page) => {
      await settled(page);
      await page.locator('#block-dnsbl :is(.p-table, .p-cards) button').first().click();
      await page.locator(`${dialog} .p-table, ${dialog} .p-cards`).first().waitFor();
      await page.locator(`${dialog} button[type="submit"]`).click();
      await page.locator(`${dialog} .p-notice`).waitFor();
    },
  },
  'over: a secret': {
    path: '/settings/mail#relay.host',
    // A login is missing still.
    isFailing: true,
    reach: async (page) => {
      await settled(page);
      // Who is asked for a login stands there first.
      await page.locator('[id="relay.host"]').fill('smtp.yandex.ru');
      await page.locator('[id="relay.authEnabled"]').setChecked(true, { force: true });
      await page.locator('.f-field:has([id="relay.password"]) button').first().click();
    },
  },
  'over: account menu': { path: '/queue', reach: after(['.p-top-end > button:last-of-type']) },
  'over: menu': {
    path: '/queue',
    reach: async (page) => {
      await settled(page);
      const burger = page.locator('.mantine-Burger-root');
      if (await burger.isVisible()) await burger.click();
    },
  },
  'over: connection lost': {
    path: '/accounts',
    reach: async (page) => {
      await settled(page);
      await page.context().setOffline(true);
      await page.locator('main [data-filter]').first().fill('anna');
      await page.locator('.p-strip').waitFor();
    },
    isFailing: true,
  },
};
