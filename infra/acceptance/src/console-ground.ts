// A whole installation, the world around it and an administrator at the console in Chromium, for all tests of a file.
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { openBrowser } from '@pochtar/service-console/browser';
import { type Database, openDatabase } from '@pochtar/store/db';
import { type FakeDns, startFakeDns } from '@pochtar/testkit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { type FakeRelay, type FakeScanner, startRelay, startScanner } from './console-far-side.ts';
import { SettingsForm } from './console-form.ts';
import { type Installation, startInstallation } from './installation.ts';

type Document = Record<string, unknown>;

export interface StoredSection {
  name: string;
  revision: number;
  document: Document;
  secrets: Record<string, boolean>;
}

export interface SectionStatus {
  name: string;
  revision: number;
  appliedBy: string[];
  processes: { process: string; revision: number; error: string | null; isApplied: boolean }[];
}

/** Of the servers, as they were chosen at the first start. */
export type Ports = Readonly<
  Record<'smtp' | 'submission' | 'smtps' | 'imap' | 'imaps' | 'pop3' | 'pop3s' | 'ldap', number>
>;

export class ConsoleGround {
  readonly installation: Installation;
  readonly dns: FakeDns;
  readonly browser: Browser;
  /** Takes all mail that goes out, over TLS from the first byte. */
  readonly relay: FakeRelay;
  readonly scanners: Readonly<Record<'clamav' | 'kaspersky' | 'drweb', FakeScanner>>;
  /** With the rights of the owner, for what only time brings about. */
  readonly db: Database;
  readonly url: string;
  readonly ports: Ports;
  #page: Page | undefined;

  constructor(parts: Pick<ConsoleGround, 'installation' | 'dns' | 'browser' | 'relay' | 'scanners' | 'db'>) {
    this.installation = parts.installation;
    this.dns = parts.dns;
    this.browser = parts.browser;
    this.relay = parts.relay;
    this.scanners = parts.scanners;
    this.db = parts.db;
    const { endpoints } = parts.installation;
    this.url = `http://${endpoints.console}`;
    const port = (name: keyof Ports): number => Number(endpoints[name].split(':').at(-1));
    this.ports = {
      ...{ smtp: port('smtp'), submission: port('submission'), smtps: port('smtps') },
      ...{ imap: port('imap'), imaps: port('imaps'), pop3: port('pop3'), pop3s: port('pop3s') },
      ldap: port('ldap'),
    };
  }

  /** A browser of its own, logged in by the page. */
  async logIn(login: { login: string; password: string }, locale = 'ru'): Promise<Page> {
    const context = await this.browser.newContext({
      ...{ locale, reducedMotion: 'reduce', viewport: { width: 1280, height: 900 } },
    });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(this.url);
    const words = locale === 'ru' ? logInWords.ru : logInWords.en;
    await page.getByLabel(words.login).fill(login.login);
    await page.getByLabel(words.password, { exact: true }).fill(login.password);
    await page.getByRole('button', { name: words.submit }).click();
    await page.locator('.p-menu').first().waitFor();
    return page;
  }

  /** The administrator of the file. */
  async page(): Promise<Page> {
    this.#page ??= await this.logIn(this.installation.endpoints.admin);
    return this.#page;
  }

  async form(): Promise<SettingsForm> {
    return new SettingsForm(await this.page(), this.url);
  }

  get anna(): { address: string; password: string } {
    const [anna] = this.installation.endpoints.accounts;
    if (anna === undefined) throw new Error('nobody has a mailbox');
    return anna;
  }

  /** The API, as the administrator of the file. */
  async api<Answer>(method: string, path: string, data?: unknown): Promise<Answer> {
    const { request } = (await this.page()).context();
    const answer = await request.fetch(`${this.url}/api/v1${path}`, {
      method,
      ...(data !== undefined && { data }),
    });
    if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
    return (await answer.json()) as Answer;
  }

  async settings(): Promise<Map<string, StoredSection>> {
    const { sections } = await this.api<{ sections: StoredSection[] }>('GET', '/settings');
    return new Map(sections.map((section) => [section.name, section]));
  }

  /** Of each section, at this moment. */
  async revisions(): Promise<(section: string) => number> {
    const stored = await this.settings();
    return (section) => stored.get(section)?.revision ?? 0;
  }

  async status(): Promise<SectionStatus[]> {
    return (await this.api<{ sections: SectionStatus[] }>('GET', '/settings/status')).sections;
  }

  /** Changes sections past the page, and waits until every process has them. */
  async given(
    patches: Readonly<Record<string, Document>>,
    secrets: Readonly<Record<string, Document>> = {},
  ): Promise<void> {
    const stored = await this.settings();
    const changes = Object.entries(patches).map(([section, patch]) => ({
      ...{ section, patch, expectedRevision: stored.get(section)?.revision ?? 0 },
      ...(secrets[section] !== undefined && { secrets: secrets[section] }),
    }));
    if (changes.length === 0) return;
    await this.api('POST', '/settings/changes', { changes });
    await this.settled(Object.keys(patches));
  }

  /** Until every process has reported the current revision of these sections. */
  async settled(names: readonly string[]): Promise<SectionStatus[]> {
    const until = Date.now() + 20_000;
    for (;;) {
      const own = (await this.status()).filter(({ name }) => names.includes(name));
      if (own.every(({ processes }) => processes.every(({ isApplied }) => isApplied))) return own;
      if (Date.now() > until) throw new Error(`not applied: ${JSON.stringify(own)}`);
      await wait(150);
    }
  }
}

const logInWords = {
  ru: { login: 'Логин или адрес ящика', password: 'Пароль', submit: 'Войти' },
  en: { login: 'Login or mailbox address', password: 'Password', submit: 'Log in' },
};

/** Brought up before the first test and taken down after the last one; what it returns gives it to a test. */
export function consoleOfFile(): () => ConsoleGround {
  const stack = new AsyncDisposableStack();
  let ground: ConsoleGround | undefined;
  beforeAll(async () => {
    const dns = stack.use(await startFakeDns());
    const relay = stack.use(await startRelay({ secure: true }));
    const scanners = {
      clamav: stack.use(await startScanner()),
      kaspersky: stack.use(await startScanner()),
      drweb: stack.use(await startScanner()),
    };
    const installation = stack.use(
      await startInstallation({ environment: { POCHTAR_DNS_SERVERS: dns.address } }),
    );
    const db = stack.use(await openAsOwner(installation));
    const browser = await openBrowser();
    stack.defer(() => browser.close());
    ground = new ConsoleGround({ installation, dns, browser, relay, scanners, db });
    await ground.page();
  }, 300_000);
  afterAll(() => stack.disposeAsync(), 120_000);
  return () => {
    if (ground === undefined) throw new Error('the installation is not up');
    return ground;
  };
}

async function openAsOwner({ instance }: Installation): Promise<Database> {
  const { pid } = (await instance.processes()).find(({ name }) => name === 'settings') ?? {};
  const environment = new Map(
    readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .map((pair) => pair.split(/=(.*)/s) as [string, string]),
  );
  return openDatabase({
    url: (environment.get('POCHTAR_POSTGRES_URL') ?? '').replace('pochtar_settings@', 'pochtar_owner@'),
    passwordFile: environment.get('POCHTAR_POSTGRES_PASSWORD_FILE')?.replace('/settings/', '/owner/'),
    applicationName: 'acceptance',
    max: 1,
    onError: () => undefined,
  });
}
