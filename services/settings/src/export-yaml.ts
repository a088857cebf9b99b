// The settings as one YAML file, for people to read, keep and hand back: the sections and fields in the order of the
// catalogue, each under its label. Two exports of the same settings are the same text. Secrets are only told to be set.
import { describeSection, type FieldInput, type SectionName } from '@pochtar/settings';
import { stringify } from 'yaml';

/** Of the format: readers refuse what they do not know. */
export const YAML_VERSION = 1;

export interface ExportedSection {
  name: SectionName;
  document: Readonly<Record<string, unknown>>;
  /** Which of its secrets are set. */
  secrets: Readonly<Record<string, boolean>>;
}

type Language = 'ru' | 'en';

const words = {
  ru: {
    head: [
      'Настройки почтового сервера Почтарь. Секретов в файле нет.',
      'Загрузить: pochtar settings import ФАЙЛ',
    ],
    set: 'задан',
    notSet: 'не задан',
  },
  en: {
    head: [
      'Settings of the mail server Pochtar, without secrets.',
      'To load it: pochtar settings import FILE',
    ],
    set: 'set',
    notSet: 'not set',
  },
};

export function settingsYaml(sections: readonly ExportedSection[], language: Language): string {
  const head = words[language].head.map((line) => `# ${line}\n`).join('');
  return `${head}version: ${YAML_VERSION}\n${sections.map((one) => sectionYaml(one, language)).join('')}`;
}

function sectionYaml({ name, document, secrets }: ExportedSection, language: Language): string {
  const { label, fields, secrets: known } = describeSection(name);
  const lines = [`\n# ${label[language]}`, `${name}:`];
  for (const field of fields) {
    const choices = choicesOf(field.input, language);
    lines.push(
      `  # ${(field.fullLabel ?? field.label)[language]}${choices}`,
      fieldYaml(field.name, document[field.name]),
    );
  }
  for (const secret of known) {
    const { set, notSet } = words[language];
    lines.push(
      `  # ${secret.name}: ${secret.label[language]} (${secrets[secret.name] === true ? set : notSet})`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function choicesOf(input: FieldInput, language: Language): string {
  if (input.kind !== 'choice') return '';
  return ` (${input.options.map(({ value, label }) => `${value}: ${label[language]}`).join('; ')})`;
}

/** Two spaces deep. */
function fieldYaml(name: string, value: unknown): string {
  const written = stringify({ [name]: value ?? null }, { lineWidth: 0, aliasDuplicateObjects: false });
  return written.trimEnd().replaceAll(/^(?=.)/gm, '  ');
}
