// The settings as `settings get` prints them: by tab and block, each field where the console has it.
import type { SectionStateReply } from '@pochtar/bus';
import { describeForms } from '@pochtar/settings';
import {
  type BlockDescription,
  type FieldDescription,
  type FormsDescription,
  hiddenBy,
  type SecretDescription,
  type SectionDescription,
} from '@pochtar/settings/forms';
import { text } from './language.ts';
import { plain, table, time } from './output.ts';
import type { Session } from './session.ts';
import { cautionLines } from './settings-tables.ts';

type Speaker = Pick<Session, 'say'>;

/** Of several sections: under the headings of their tabs. */
export function settingsListing(speaker: Speaker, sections: readonly SectionStateReply[]): string {
  const forms = describeForms();
  const isOne = sections.length <= 1;
  const parts = forms.tabs.flatMap(({ label, blocks }) => {
    const listed = blocks.flatMap((block) => blockParts(speaker, forms, block, sections));
    if (isOne || listed.length === 0) return listed;
    const heading = speaker.say(label);
    return [`${heading}\n${'='.repeat(heading.length)}\n`, ...listed];
  });
  // What a newer server answers and this command line does not know.
  const unknown = sections.filter(({ name }) => !forms.sections.some((one) => one.name === name));
  return [...parts, ...unknown.map((section) => sectionText(speaker, section, section.name))].join('\n');
}

function blockParts(
  speaker: Speaker,
  forms: FormsDescription,
  { label, columns }: BlockDescription,
  sections: readonly SectionStateReply[],
): string[] {
  return columns.flatMap((column) => {
    const paths = [...column.rows, ...column.more, ...column.rare].flatMap((row) => [...row.fields]);
    const name = paths[0]?.split('.')[0];
    const section = sections.find((one) => one.name === name);
    if (section === undefined) return [];
    const title = [label, ...(column.label === undefined ? [] : [column.label])];
    const description = forms.sections.find((one) => one.name === name);
    const order = paths.map((path) => path.split('.')[1] ?? '');
    return [
      sectionText(speaker, section, title.map((one) => speaker.say(one)).join(': '), { description, order }),
    ];
  });
}

interface Known {
  readonly description: SectionDescription | undefined;
  /** The fields in the order of the page. */
  readonly order: readonly string[];
}

function sectionText(
  speaker: Speaker,
  section: SectionStateReply,
  title: string,
  { description, order }: Known = { description: undefined, order: [] },
): string {
  const set = speaker.say(text('задан', 'set'));
  const notSet = speaker.say(text('не задан', 'not set'));
  const values = new Map([
    ...Object.entries(section.document).map(([field, value]) => [field, shownValue(value)] as const),
    ...Object.entries(section.secrets).map(([field, isSet]) => [field, isSet ? set : notSet] as const),
  ]);
  const names = new Set([...order.filter((name) => values.has(name)), ...values.keys()]);
  const rows = [...names].map((name) => [
    `${section.name}.${name}`,
    values.get(name) ?? '',
    description === undefined ? '' : fieldLabel(speaker, description, name, section.document),
  ]);
  const revision = speaker.say(text('ревизия', 'revision'));
  const head = `# ${title} (${revision} ${section.revision}, ${time(section.changedAt)}, ${plain(section.author)})\n`;
  const header = [text('Поле', 'Field'), text('Значение', 'Value'), text('Название', 'Label')];
  return (
    head +
    table(
      header.map((one) => speaker.say(one)),
      rows,
    ) +
    cautionLines(speaker, section.cautions)
  );
}

/** The label, and why the field has no effect where it has none. */
export function fieldLabel(
  speaker: Speaker,
  section: SectionDescription,
  name: string,
  document: SectionStateReply['document'],
): string {
  const field: FieldDescription | SecretDescription | undefined = [
    ...section.fields,
    ...section.secrets,
  ].find((one) => one.name === name);
  if (field === undefined) return '';
  const label = speaker.say('fullLabel' in field ? (field.fullLabel ?? field.label) : field.label);
  return `${label}${withoutEffect(speaker, section, field, document)}`;
}

/** ` (…)`, or nothing. */
export function withoutEffect(
  speaker: Speaker,
  section: SectionDescription,
  field: FieldDescription | SecretDescription,
  document: SectionStateReply['document'],
): string {
  if ('isAvailable' in field && !field.isAvailable) {
    return ` (${speaker.say(text('в этой версии недоступно', 'not available in this version'))})`;
  }
  const condition = hiddenBy(section, field.name, document);
  if (condition === undefined) return '';
  const wanted = `${section.name}.${condition.field}=${condition.is.join('|')}`;
  return ` (${speaker.say(text(`действует при ${wanted}`, `counts while ${wanted}`))})`;
}

export function shownValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
