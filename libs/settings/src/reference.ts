/** The settings reference, one page a language, made from the catalogue; `reference-main.ts` writes the pages. */
import { describeForms } from './describe.ts';
import type {
  BlockDescription,
  Condition,
  FieldDescription,
  FieldInput,
  SectionDescription,
} from './forms/description.ts';
import { type Text, text } from './text.ts';

export type ReferenceLanguage = 'ru' | 'en';

const words = {
  title: text('Настройки', 'Settings'),
  intro: text(
    'Создано из каталога настроек (libs/settings); правьте каталог и запустите `node libs/settings/reference-main.ts`. Всякое изменение вступает в силу без перезапуска; командная строка: `pochtar settings set раздел.поле=значение`.',
    'Made from the catalogue of settings (libs/settings); change the catalogue and run `node libs/settings/reference-main.ts`. Every change takes effect without a restart; command line: `pochtar settings set section.field=value`.',
  ),
  field: text('поле', 'field'),
  label: text('название', 'label'),
  values: text('значения', 'values'),
  initial: text('по умолчанию', 'default'),
  meaning: text('смысл', 'meaning'),
  appliedBy: text('Применяют', 'Applied by'),
  secret: text('секрет', 'secret'),
  yesNo: text('да / нет', 'yes / no'),
  listOf: text('список', 'list of'),
  orNull: text('или null', 'or null'),
  upTo: text('до', 'up to'),
  entries: text('записей', 'entries'),
  characters: text('знаков', 'characters'),
  orEmpty: text('или пусто', 'or empty'),
  notAvailable: text('**В этой версии недоступно.**', '**Not available in this version.**'),
  onlyWhen: text('Действует, только если', 'Counts only while'),
  is: text('—', 'is'),
  or: text('или', 'or'),
  tab: {
    settings: text('Вкладка «Настройки»', 'Tab “Settings”'),
    spam: text('Вкладка «Защита от спама»', 'Tab “Spam protection”'),
    addressBook: text('Вкладка «Адресная книга»', 'Tab “Address book”'),
    more: text('Страница «Дополнительно»', 'Page “More settings”'),
  },
};

const referenceNames = {
  certificate: text('имя сертификата', 'id of a certificate'),
  volume: text('имя хранилища', 'name of a volume'),
  domain: text('локальный домен', 'a local domain'),
};

/** The whole page as Markdown: tabs, blocks and fields in the order of the console. */
export function settingsReference(language: ReferenceLanguage): string {
  const say = (one: Text): string => one[language];
  const { tabs, sections } = describeForms();
  const byName = new Map(sections.map((section) => [section.name, section]));
  const parts = [`# ${say(words.title)}`, say(words.intro)];
  for (const tab of tabs) {
    parts.push(`## ${say(words.tab[tab.id])}`);
    for (const block of tab.blocks) parts.push(...blockParts(block, byName, say));
  }
  return `${parts.join('\n\n')}\n`;
}

type Say = (one: Text) => string;

/** A block of one section is headed by it; of two columns each has a heading of its own. */
function blockParts(
  { label, columns }: BlockDescription,
  sections: ReadonlyMap<string, SectionDescription>,
  say: Say,
): string[] {
  const isWhole = columns.length === 1;
  const parts = columns.flatMap((column) => {
    const paths = [...column.rows, ...column.more, ...column.rare].flatMap((row) => [...row.fields]);
    const section = sections.get(paths[0]?.split('.')[0] ?? '');
    const names = paths.map((path) => path.split('.')[1] ?? '');
    const heading = `${isWhole ? '###' : '####'} \`${section?.name}\`: ${say(column.label ?? label)}`;
    return section === undefined ? [] : [heading, sectionPart(section, names, say)];
  });
  return isWhole ? parts : [`### ${say(label)}`, ...parts];
}

function sectionPart(section: SectionDescription, names: readonly string[], say: Say): string {
  const header = [words.field, words.label, words.values, words.initial, words.meaning].map(say);
  const rows = names.map((name) => {
    const field = section.fields.find((one) => one.name === name);
    return field === undefined ? secretRow(section, name, say) : fieldRow(field, say);
  });
  const table = [header, header.map(() => '---'), ...rows]
    .map((row) => `| ${row.map(cell).join(' | ')} |`)
    .join('\n');
  return [
    section.isAvailable ? say(section.help) : `${say(words.notAvailable)} ${say(section.help)}`,
    table,
    `${say(words.appliedBy)}: ${section.appliedBy.join(', ')}.`,
  ].join('\n\n');
}

function secretRow({ secrets }: SectionDescription, name: string, say: Say): string[] {
  const secret = secrets.find((one) => one.name === name);
  if (secret === undefined) return [`\`${name}\``];
  const most = `${say(words.upTo)} ${secret.maxLength} ${say(words.characters)}`;
  const meaning = meaningOf({ help: secret.help, isAvailable: true, when: secret.when }, say);
  return [`\`${name}\``, say(secret.label), `${say(words.secret)}, ${most}`, '', meaning];
}

function fieldRow(field: FieldDescription, say: Say): string[] {
  return [
    `\`${field.name}\``,
    say(field.fullLabel ?? field.label),
    valuesOf(field.input, say),
    `\`${JSON.stringify(field.default)}\``,
    meaningOf(field, say),
  ];
}

interface Meaning {
  readonly help: Text;
  readonly isAvailable: boolean;
  readonly when?: Condition | undefined;
}

function meaningOf({ help, isAvailable, when }: Meaning, say: Say): string {
  const parts = [say(help)];
  if (when !== undefined) {
    const values = when.is.map((value) => `\`${value}\``).join(` ${say(words.or)} `);
    parts.push(`${say(words.onlyWhen)} \`${when.field}\` ${say(words.is)} ${values}.`);
  }
  if (!isAvailable) parts.unshift(say(words.notAvailable));
  return parts.join(' ');
}

function valuesOf(input: FieldInput, say: Say): string {
  switch (input.kind) {
    case 'boolean':
      return say(words.yesNo);
    case 'integer':
      return `${input.min}–${input.max}${input.unit === undefined ? '' : ` ${say(input.unit)}`}`;
    case 'choice':
      return input.options.map((option) => `\`${option.value}\` (${say(option.label)})`).join(', ');
    case 'reference':
      return `${say(referenceNames[input.to])} ${say(words.orNull)}`;
    case 'list': {
      const most = `${say(words.upTo)} ${input.maxItems} ${say(words.entries)}`;
      return `${say(words.listOf)} (${most}): ${valuesOf(input.item, say)}`;
    }
    case 'record': {
      const fields = Object.entries(input.fields).map(
        ([name, one]) => `\`${name}\`: ${valuesOf(one.input, say)}`,
      );
      return `{${fields.join('; ')}}`;
    }
    case 'text':
    default: {
      const expected = input.expected === undefined ? '' : `${say(input.expected)} `;
      return `${expected}${input.isOptional ? `(${say(words.orEmpty)})` : ''}`.trim();
    }
  }
}

function cell(value: string): string {
  return value.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
