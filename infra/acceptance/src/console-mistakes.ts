// What the pages do with values that cannot be: told at the field and in a summary, and never saved.
import { expect, test } from 'vitest';
import { fieldAt, forms, labelOf, placeOf } from './console-form.ts';
import type { ConsoleGround } from './console-ground.ts';

/** What is typed, and what is said about it at the field: by the page's own bounds, or by the rules of the server. */
const mistakes: readonly { field: string; typed: unknown; says: RegExp }[] = [
  { field: 'network.smtpPort', typed: '70000', says: /от 1 до 65535/ },
  { field: 'network.smtpInterfaces', typed: ['eth 0!'], says: /eth/ },
  { field: 'network.trustedProxies', typed: ['300.1.1.1'], says: /укажите/ },
  { field: 'sending.maxMessageSizeMb', typed: '', says: /целое число от 1 до 1024/ },
  { field: 'queue.runIntervalMinutes', typed: 'полчаса', says: /целое число от 1 до 1440/ },
  { field: 'queue.waitMaxMinutes', typed: '10', says: /меньше нижней/ },
  { field: 'relay.host', typed: 'не имя!', says: /укажите/ },
  { field: 'relay.authEnabled', typed: true, says: /^$/ },
  { field: 'relay.username', typed: '', says: /заполните/ },
  { field: 'relay.rewriteSender', typed: true, says: /^$/ },
  { field: 'relay.senderAddress', typed: 'без собаки', says: /укажите/ },
  { field: 'general.heloName', typed: '-нет-', says: /укажите/ },
  { field: 'general.autoCreateFolders', typed: [{ name: 'a%b' }], says: /имя папки/ },
  { field: 'antivirus.clamavEnabled', typed: true, says: /^$/ },
  { field: 'antivirus.clamavAddress', typed: 'нигде', says: /укажите узел:порт/ },
];

/** What only the server knows, since it is about what other sections have. */
const clashes: readonly {
  field: string;
  typed: (at: ConsoleGround) => unknown;
  says: RegExp;
  related: string;
}[] = [
  {
    field: 'accessEncryption.imapsPort',
    typed: (at) => at.ports.smtp,
    says: /порт \d+ указан и в поле/,
    related: 'network.smtpPort',
  },
  {
    field: 'network.pop3Port',
    typed: (at) => at.ports.imap,
    says: /порт \d+ указан и в поле/,
    related: 'network.imapPort',
  },
];

const threeTabs = forms.tabs.filter(({ id }) => id !== 'more');
const withoutEffect = threeTabs.map((tab) => ({
  tab: tab.label.ru,
  fields: tab.blocks
    .flatMap(({ columns }) => columns)
    .flatMap(({ rows, more, rare }) => [...rows, ...more, ...rare])
    .flatMap(({ fields }) => [...fields])
    .filter((path) => path !== 'relay.password' && !fieldAt(path).isAvailable),
}));

export function mistakeTests(ground: () => ConsoleGround): void {
  test('a value that cannot be stays as typed, is told at its field, and keeps everything from being saved', async () => {
    const at = ground();
    const form = await at.form();
    const before = await at.settings();
    await form.open('network.smtpPort');
    for (const { field, typed } of mistakes) await form.set(field, typed);
    const wrong = mistakes.filter(({ says }) => !says.test(''));
    for (const { field, says } of wrong) {
      await form.problem(field).filter({ hasText: says }).first().waitFor();
    }
    await form.page.keyboard.press('Control+s');
    const summary = form.page.getByRole('alert').filter({ hasText: 'Сохранить нельзя' });
    const links = await summary.getByRole('link').allInnerTexts();
    expect(links.length).toBeGreaterThanOrEqual(wrong.length);
    for (const { field } of wrong) expect(links).toContain(labelOf(field).split(': ').at(-1));
    expect(await form.page.getByRole('dialog').count()).toBe(0);
    await summary.getByRole('link').first().click();
    await form.page.waitForURL(/#\w+\.\w+$/);
    expect(await at.settings()).toEqual(before);
    await form.discard();
  });

  test('two servers on one port: told at the field that is typed, with a way to the other one', async () => {
    const at = ground();
    const form = await at.form();
    await form.goOn('network.smtpPort', await at.revisions());
    for (const { field, typed } of clashes) await form.set(field, typed(at));
    for (const { field, says, related } of clashes) {
      const told = form.problem(field).filter({ hasText: says }).first();
      await told.waitFor();
      const way = await told.getByRole('link').first().getAttribute('href');
      expect(way).toBe(`${placeOf(related).tab.to}#${related}`);
    }
    await form.discard();
  });

  test.each(withoutEffect.filter(({ fields }) => fields.length > 0))(
    '$tab: what has no effect in this version says so, and cannot be chosen',
    async ({ fields }) => {
      const at = ground();
      const form = await at.form();
      await form.goOn(fields[0] ?? '', await at.revisions());
      const refused: string[] = [];
      for (const field of fields) {
        await form.field(field).getByText('В этой версии не действует.').waitFor();
        if (await form.tryToChange(field)) refused.push(field);
      }
      for (const field of refused)
        await form.problem(field).filter({ hasText: 'недоступно' }).first().waitFor();
      if (refused.length === 0) return;
      await form.page.keyboard.press('Control+s');
      await form.page.getByRole('alert').filter({ hasText: 'Сохранить нельзя' }).waitFor();
      expect(await form.page.getByRole('dialog').count()).toBe(0);
      await form.discard();
    },
  );
}
