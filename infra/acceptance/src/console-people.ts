// Several people at the console: two administrators at one section, a session that ends, somebody who guesses passwords.
import { eventually } from '@pochtar/testkit';
import { describe, expect, test } from 'vitest';
import { expectReviewed, SettingsForm } from './console-form.ts';
import type { ConsoleGround } from './console-ground.ts';

const irina = { login: 'irina', password: 'correct horse battery' };

let ofIrina: SettingsForm | undefined;

/** The other administrator: logged in once, in a browser of its own. */
async function second(at: ConsoleGround): Promise<SettingsForm> {
  ofIrina ??= await logInAsIrina(at);
  return ofIrina;
}

async function logInAsIrina(at: ConsoleGround): Promise<SettingsForm> {
  const { administrators } = await at.api<{ administrators: { login: string }[] }>('GET', '/admins');
  if (!administrators.some(({ login }) => login === irina.login)) {
    await at.api('POST', '/admins', { ...irina, role: 'admin', domains: null, displayName: 'Ирина' });
  }
  return new SettingsForm(await at.logIn(irina), at.url);
}

/** They look at what is stored now, whatever a test before has left open. */
async function openFor(at: ConsoleGround, ...all: readonly SettingsForm[]): Promise<void> {
  const revisions = await at.revisions();
  const open = async (one: SettingsForm): Promise<void> => {
    const { page } = one;
    const left = page.getByRole('dialog').or(page.getByRole('region', { name: 'Сохранение' }));
    if ((await left.count()) > 0) await one.open(most);
    else await one.goOn(most, revisions);
  };
  await Promise.all(all.map(open));
}

/** Saves one field, and closes what tells of it. */
async function save(form: SettingsForm, field: string, value: unknown): Promise<void> {
  await form.set(field, value);
  await form.review();
  await form.apply();
  await form.close();
}

const most = 'queue.waitMaxMinutes';
const interval = 'queue.runIntervalMinutes';

async function stored(at: ConsoleGround, path: string): Promise<unknown> {
  const [section = '', field = ''] = path.split('.');
  return (await at.settings()).get(section)?.document[field];
}

export function peopleTests(ground: () => ConsoleGround): void {
  describe('two administrators', () => {
    administratorTests(ground);
  });
  sessionTests(ground);
}

function administratorTests(ground: () => ConsoleGround): void {
  test('of one field: the second sees what it was, what it became and what is typed, and chooses', async () => {
    const at = ground();
    const [first, other] = [await at.form(), await second(at)];
    await openFor(at, first, other);
    await other.set(most, 400);
    await save(first, most, 350);
    const choice = other.page.getByText('admin изменил то же, что и вы');
    await choice.waitFor();
    await other.page.getByText('было: 300 мин').waitFor();
    await other.page.getByRole('button', { name: 'Взять у admin: 350 мин' }).waitFor();
    // Nothing is saved before that.
    await other.page.keyboard.press('Control+s');
    expect(await other.page.getByRole('dialog').count()).toBe(0);
    await other.page.getByRole('button', { name: 'Оставить моё: 400 мин' }).click();
    expectReviewed(await other.review(), most, 350, 400);
    await other.apply();
    await other.close();
    expect(await stored(at, most)).toBe(400);
  });

  test('a change that comes in while the other one reads his review has to be chosen there, too', async () => {
    const at = ground();
    const [first, other] = [await at.form(), await second(at)];
    await openFor(at, first, other);
    await other.set(most, 500);
    await other.review();
    await save(first, most, 320);
    const sheet = other.page.getByRole('dialog', { name: 'Просмотр изменений' });
    await sheet.getByText('admin изменил то же, что и вы').waitFor();
    expect(await sheet.getByRole('button', { name: 'Применить', exact: true }).isDisabled()).toBe(true);
    await sheet.getByRole('button', { name: 'Взять у admin: 320 мин' }).click();
    expect(await sheet.getByRole('button', { name: 'Применить', exact: true }).isDisabled()).toBe(true);
    await sheet.getByRole('button', { name: 'Назад' }).click();
    await other.page.getByRole('region', { name: 'Сохранение' }).waitFor({ state: 'detached' });
    expect(await stored(at, most)).toBe(320);
  });

  test('of different fields of a section: both changes hold, and nobody is asked', async () => {
    const at = ground();
    const [first, other] = [await at.form(), await second(at)];
    await openFor(at, first, other);
    await other.set(most, 450);
    await save(first, interval, 20);
    await eventually(async () => (await other.control(interval).inputValue()) === '20');
    expect(await other.control(most).inputValue()).toBe('450');
    expectReviewed(await other.review(), most, 320, 450);
    await other.apply();
    await other.close();
    expect([await stored(at, interval), await stored(at, most)]).toEqual([20, 450]);
    await at.given({ queue: { waitMaxMinutes: 300, runIntervalMinutes: 30 } });
  });
}

function sessionTests(ground: () => ConsoleGround): void {
  test('a session that ends while something is typed is begun again over the page, and the save goes through', async () => {
    const at = ground();
    const form = await second(at);
    await openFor(at, form);
    await form.set(most, 333);
    await form.page.context().clearCookies();
    // The server is asked what it thinks of it.
    await form.set(interval, 25);
    const dialog = form.page.getByRole('dialog', { name: 'Сеанс закончился' });
    await dialog.getByLabel('Пароль', { exact: true }).fill(irina.password);
    await dialog.getByRole('button', { name: 'Войти' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await form.control(most).inputValue()).toBe('333');
    await form.review();
    await form.apply();
    expect([await stored(at, most), await stored(at, interval)]).toEqual([333, 25]);
    await form.page.context().close();
    await at.given({ queue: { waitMaxMinutes: 300, runIntervalMinutes: 30 } });
  });

  test('after ten wrong passwords the right one has to wait, too, and the page says how long', async () => {
    const at = ground();
    const context = await at.browser.newContext({ locale: 'ru' });
    const page = await context.newPage();
    await page.goto(at.url);
    await page.getByLabel('Логин или адрес ящика').fill('irina');
    const attempt = async (password: string): Promise<number> => {
      const answered = page.waitForResponse((response) => response.url().endsWith('/api/v1/session'));
      await page.getByLabel('Пароль', { exact: true }).fill(password);
      await page.getByRole('button', { name: 'Войти' }).click();
      return (await answered).status();
    };
    for (let count = 1; count <= 10; count++) expect(await attempt(`wrong ${count}`)).toBe(401);
    expect(await attempt(irina.password)).toBe(429);
    await page.getByText(/^Следующая попытка через \d+ секунд/).waitFor();
    await context.close();
  });
}
