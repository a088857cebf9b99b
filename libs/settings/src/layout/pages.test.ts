import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { sectionNames } from '../catalogue.ts';
import { describeForms } from '../describe.ts';
import type { ColumnDescription, RowDescription } from '../forms/description.ts';

const { tabs, sections } = JSON.parse(JSON.stringify(describeForms())) as ReturnType<typeof describeForms>;
const blocks = tabs.flatMap((tab) => tab.blocks.map((block) => ({ tab: tab.id, ...block })));
const rowsOf = (column: ColumnDescription): RowDescription[] => [
  ...column.rows,
  ...column.more,
  ...column.rare,
];
const fieldsOf = ({ columns }: { columns: readonly ColumnDescription[] }): string[] =>
  columns.flatMap(rowsOf).flatMap((row) => [...row.fields]);

test('every field and secret of the catalogue is placed once, and nothing else is', () => {
  const known = sections.flatMap(({ name, fields, secrets }) =>
    [...fields, ...secrets].map((field) => `${name}.${field.name}`),
  );
  const placed = blocks.flatMap(fieldsOf);
  expect(placed.toSorted()).toEqual(known.toSorted());
});

test('a block says which sections its fields are of, and a section stands in one block of its own tab', () => {
  for (const block of blocks) {
    expect(new Set(fieldsOf(block).map((path) => path.split('.')[0]))).toEqual(new Set(block.sections));
    for (const name of block.sections) {
      expect(sections.find((section) => section.name === name)?.tab, name).toBe(block.tab);
    }
  }
  expect(blocks.flatMap((block) => block.sections)).toEqual(sectionNames);
});

test('the tabs, and the blocks of the first one, have the words and the order of the manual', () => {
  expect(tabs.map(({ id, label, to }) => [id, label.ru, label.en, to])).toEqual([
    ['settings', 'Настройки', 'Settings', '/settings/mail'],
    ['spam', 'Защита от спама', 'Spam protection', '/settings/spam'],
    ['addressBook', 'Адресная книга', 'Address book', '/settings/address-book'],
    ['more', 'Дополнительно', 'More settings', '/settings/more'],
  ]);
  expect(tabs[0]?.blocks.map(({ label }) => label.ru)).toEqual([
    'Сетевые настройки',
    'Шифрование',
    'Отправка писем',
    'Почтовая очередь',
    'Отправка через внешний SMTP',
    'Списки ограничений',
    'Общие настройки',
    'Антивирусная проверка вложений',
    'DKIM-подпись',
    'Разное',
  ]);
});

test('encryption has two columns with headings, every other block one without', () => {
  for (const { id, columns } of blocks) {
    const headings = columns.map(({ label }) => label?.ru);
    expect(headings).toEqual(id === 'encryption' ? ['SMTP', 'POP3/IMAP'] : [undefined]);
  }
});

describe('a field', () => {
  const named = sections.flatMap((section) =>
    [...section.fields, ...section.secrets].map((field) => [`${section.name}.${field.name}`, field] as const),
  );

  test.each(named)(
    '%s has words to look for it by, in lower case and without repetitions',
    (_, { terms }) => {
      expect(terms.length).toBeGreaterThanOrEqual(3);
      expect(new Set(terms).size).toBe(terms.length);
      for (const term of terms) expect(term).toBe(term.toLowerCase().trim());
      expect(terms.some((term) => /[a-z0-9]/.test(term))).toBe(true);
    },
  );

  test('that is rare is marked as its place says', () => {
    const folded = blocks.flatMap(({ columns }) =>
      columns.flatMap(({ rare }) => rare.flatMap((row) => [...row.fields])),
    );
    const marked = named.filter(([, field]) => 'rare' in field && field.rare).map(([path]) => path);
    expect(marked.toSorted()).toEqual(folded.toSorted());
  });

  test('that the manual lacks is marked; behind the line there is nothing of the manual', () => {
    const ours = new Set<string>(
      named.filter(([, field]) => 'ours' in field && field.ours).map(([path]) => path),
    );
    for (const { columns } of blocks) {
      for (const row of columns.flatMap(({ more, rare }) => [...more, ...rare])) {
        expect([...row.fields].filter((path) => !ours.has(path))).toEqual([]);
      }
    }
    expect(ours).toContain('network.trustedProxies');
    expect(ours).not.toContain('accessEncryption.dhBits');
    expect(ours).toContain('smtpEncryption.dhBits');
  });

  test('that depends on another one stands behind it, in the same column', () => {
    for (const { name, fields, secrets } of sections) {
      for (const { name: field, when } of [...fields, ...secrets]) {
        if (when === undefined) continue;
        const column = blocks
          .flatMap(({ columns }) => columns)
          .find((one) => rowsOf(one).some((row) => row.fields.includes(`${name}.${field}`)));
        const order = rowsOf(column ?? { rows: [], more: [], rare: [] }).flatMap((row) => [...row.fields]);
        expect(order.indexOf(`${name}.${when.field}`), `${name}.${field}`).toBeGreaterThanOrEqual(0);
        expect(order.indexOf(`${name}.${field}`)).toBeGreaterThan(order.indexOf(`${name}.${when.field}`));
      }
    }
  });

  test('that shares its row shares the row with a label or has its own', () => {
    const waiting = blocks.flatMap(({ columns }) => columns.flatMap(rowsOf)).filter(({ label }) => label);
    expect(waiting.map(({ label, fields }) => [label?.ru, fields])).toEqual([
      ['Время ожидания в очереди', ['queue.waitMinMinutes', 'queue.waitMaxMinutes']],
    ]);
    const until = named.find(([path]) => path === 'queue.waitMaxMinutes')?.[1];
    expect(until).toMatchObject({ fullLabel: { ru: 'Время ожидания в очереди, до' } });
  });
});

test('a link of a row has words in both languages, and its condition is about a field of the row', () => {
  const rows = blocks.flatMap(({ columns }) => columns.flatMap(rowsOf));
  const links = rows.flatMap(({ link, fields }) => (link === undefined ? [] : [{ link, fields }]));
  expect(links.map(({ link }) => `${link.label.ru} ${link.to}`)).toEqual([
    'Доступ к почтовому серверу /firewall',
    'Доступ к почтовому серверу по SMTPS /firewall',
    'Доступ к почтовому серверу по POP3S/IMAPS /firewall',
    'Маршруты доменов /settings/routes',
    'Белый список /lists/white',
    'Чёрный список /lists/black',
    'Именованные сети /lists/networks',
    'Внешние контакты /names/contacts',
  ]);
  for (const { link, fields } of links) {
    expect(link.label.en).toMatch(/^[^\p{Script=Cyrillic}]+$/u);
    if (link.when !== undefined) expect(fields).toContain(link.when.path);
  }
});

test('a test stands at a block, takes sections, and is about fields of them; what is not there yet has none', () => {
  const tests = blocks.flatMap((block) => block.tests.map((one) => ({ block: block.id, ...one })));
  expect(tests.map(({ block, kind }) => `${block} ${kind}`)).toEqual([
    ...['network ports', 'encryption certificate', 'relay relay', 'general helo', 'general volume'],
    ...['antivirus clamav', 'antivirus kaspersky', 'antivirus drweb', 'dnsbl dnsbl'],
    'addressBook addressBook',
  ]);
  const paths = new Set<string>(
    sections.flatMap(({ name, fields }) => fields.map((one) => `${name}.${one.name}`)),
  );
  for (const { kind, label, about, when, sections: taken } of tests) {
    expect(label.en, kind).toMatch(/^[^\p{Script=Cyrillic}]+$/u);
    expect(
      about.filter((place) => !taken.includes(place.split('.')[0] ?? '')),
      kind,
    ).toEqual([]);
    expect(
      about.filter((place) => place.includes('.') && !paths.has(place)),
      kind,
    ).toEqual([]);
    if (when !== undefined) expect(paths).toContain(when.path);
  }
});

test('what is filled in only sometimes is required while it is shown', () => {
  const required = sections.flatMap(({ name, fields, secrets }) =>
    [...fields, ...secrets].filter((one) => one.isRequired && one.when).map((one) => `${name}.${one.name}`),
  );
  expect(required).toEqual(
    expect.arrayContaining([
      'network.submissionPort',
      'relay.username',
      'relay.password',
      'relay.senderAddress',
      'antivirus.clamavAddress',
    ]),
  );
});

test('the whole description travels as JSON in one answer of the bus, with room to spare', () => {
  expect(Buffer.byteLength(JSON.stringify(describeForms()))).toBeLessThan(200_000);
});

test('every file of sections is part of the catalogue', () => {
  const shared = ['encryption.ts', 'formats.ts'];
  const files = readdirSync(new URL('../sections', import.meta.url)).filter((file) => !shared.includes(file));
  expect(files).toHaveLength(sectionNames.length);
});
