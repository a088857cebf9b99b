// The states that a page can be in, each on one page that has it.
import type { Page } from 'playwright-core';
import type { FakeApi } from './fake-api.ts';
import { dialogStates } from './dialog-states.ts';
import { settled } from './looks.ts';
import type { PageState } from './page-state.ts';
import { tryStates } from './try-states.ts';

const emptyPages = [
  '/',
  '/start',
  '/queue',
  '/quarantine',
  '/dlp',
  '/dlp?tab=documents',
  '/dlp?tab=incidents',
  '/accounts',
  '/domains',
  '/names',
  '/names/contacts',
  '/trace',
  '/audit',
  '/certificates',
  '/admins',
  '/processes',
  '/hooks',
  '/tasks',
  '/lists/white',
  '/lists/networks',
  '/lists/guard',
  '/settings/routes',
];

/** Whose question nobody answers. */
const failingPages = [
  '/',
  '/quarantine',
  '/dlp',
  '/start',
  '/accounts',
  '/domains/firma.test/dns',
  '/lists/black',
  '/lists/guard',
  '/settings/routes',
  '/try',
  '/processes',
  '/hooks',
  '/audit',
];
const hangingPages = ['/', '/settings/mail', '/certificates', '/try'];
/** Seen by who may look and not touch. */
const lookedAt = [
  '/quarantine?open=0192f000-0000-7000-8000-000000000001',
  '/dlp?open=%D0%9A%D0%B0%D1%80%D1%82%D1%8B',
  '/accounts',
  '/names',
  `/names/contacts?open=${encodeURIComponent('boris@postavshik.test firma.test')}`,
  '/lists/black',
  '/lists/guard?open=172.18.0.1',
  '/settings/routes?open=.partner.test',
  '/certificates',
  '/admins',
  '/hooks?open=2',
  '/processes',
  '/audit',
];

export const states: Readonly<Record<string, PageState>> = {
  login: { path: '/', prepare: (api) => void (api.isLoggedIn = false), isFailing: true },
  loading: {
    path: '/queue',
    prepare: (api) => void (api.isHanging = true),
    reach: (page) => page.locator('.mantine-Skeleton-root').first().waitFor(),
  },
  ...Object.fromEntries(
    emptyPages.map((path) => [`empty${path}`, { path, prepare: (api: FakeApi) => void (api.isNew = true) }]),
  ),
  ...Object.fromEntries(
    failingPages.map((path) => [
      `unavailable${path}`,
      {
        path,
        prepare: (api: FakeApi) => void (api.isSilent = true),
        reach: (page: Page) => page.locator('main .p-notice').first().waitFor(),
        isFailing: true as const,
      },
    ]),
  ),
  ...Object.fromEntries(
    hangingPages.map((path) => [
      `loading${path}`,
      {
        path,
        prepare: (api: FakeApi) => void (api.isHanging = true),
        reach: (page: Page) => page.locator('main h1').first().waitFor(),
      },
    ]),
  ),
  ...Object.fromEntries(
    lookedAt.map((path) => [
      `auditor${path}`,
      { path, prepare: (api: FakeApi) => void (api.role = 'auditor') },
    ]),
  ),
  ...dialogStates,
  'the address book is tried': {
    path: '/settings/address-book',
    reach: async (page) => {
      const form = page.locator('.f-try-book');
      const [as, , text] = await form.locator('input:not([type="hidden"])').all();
      await as?.fill('anna@firma.test');
      await text?.fill('ив');
      await form.locator('button[type="submit"]').click();
      await page.getByText('iva@other.test').waitFor();
    },
  },
  ...tryStates,
  'empty by filter': { path: '/queue?sender=nobody', prepare: (api) => void (api.isNew = true) },
  unavailable: {
    path: '/queue',
    prepare: (api) => void (api.isSilent = true),
    reach: (page) => page.locator('main .p-notice').first().waitFor(),
    isFailing: true,
  },
  'unavailable settings': {
    path: '/settings/mail',
    prepare: (api) => void (api.isSilent = true),
    reach: (page) => page.locator('main .p-notice').first().waitFor(),
    isFailing: true,
  },
  'not found': {
    path: '/queue?open=0192f000-0000-7000-8000-00000000ffff',
    reach: (page) => page.locator('[role="dialog"] .p-notice').first().waitFor(),
    isFailing: true,
  },
  'session over': {
    path: '/queue',
    reach: async (page, api) => {
      await settled(page);
      api.isLoggedIn = false;
      const filter = page.locator('main [data-filter]').first();
      // Folded up on a telephone.
      if (!(await filter.isVisible())) await page.locator('main summary').first().click();
      await filter.fill('anna');
      await page.locator('input[type="password"]').waitFor();
    },
    isFailing: true,
  },
  'auditor settings': { path: '/settings/mail', prepare: (api) => void (api.role = 'auditor') },
  'auditor queue': { path: '/queue', prepare: (api) => void (api.role = 'auditor') },
  'domain administrator overview': { path: '/', prepare: (api) => void (api.role = 'domainAdmin') },
  'domain administrator': { path: '/accounts', prepare: (api) => void (api.role = 'domainAdmin') },
  search: {
    path: '/queue',
    reach: async (page) => {
      await settled(page);
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog').getByRole('combobox').fill('порт');
      await page.getByRole('option').first().waitFor();
    },
  },
  keys: {
    path: '/queue',
    reach: async (page) => {
      await settled(page);
      await page.keyboard.press('Shift+Slash');
      await page.getByRole('dialog').waitFor();
    },
  },
  review: {
    path: '/settings/mail',
    reach: async (page) => {
      await settled(page);
      await page.locator('[id="queue.waitMaxMinutes"]').fill('400');
      await page.keyboard.press('Control+s');
      await page.getByRole('dialog').locator('form, button').first().waitFor();
    },
  },
  'overview table': {
    path: '/',
    reach: async (page) => {
      await settled(page);
      await page.locator('.p-fold > summary').click();
    },
  },
  'wrong value': {
    path: '/settings/mail',
    reach: async (page) => {
      await settled(page);
      await page.locator('[id="queue.runIntervalMinutes"]').fill('99999');
      await page.locator('.f-error').first().waitFor();
    },
  },
};

export const stateNames = Object.keys(states);
