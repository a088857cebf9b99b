// What `settings set` is given: `network.smtpPort=2526`, `dnsbl.zones+=a.test`, `dnsbl.zones-=a.test`. The kind
// of the field decides how the text of the value is read; the settings process validates it.
import { describeSection, type FieldInput, isSectionName } from '@pochtar/settings';
import { entryKey } from '@pochtar/settings/forms';
import { UsageError } from './input.ts';
import { text } from './language.ts';

export interface Assignment {
  section: string;
  field: string;
  operator: '=' | '+=' | '-=';
  value: JsonValue;
}

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** Throws `UsageError`. */
export function readAssignment(written: string): Assignment {
  const match = /^([A-Za-z]\w*)\.([A-Za-z]\w*)\s*(\+=|-=|=)(.*)$/s.exec(written);
  if (match === null) {
    throw new UsageError(
      text(
        `«${written.slice(0, 100)}»: укажите раздел.поле=значение, например network.smtpPort=2526`,
        `“${written.slice(0, 100)}”: give section.field=value, such as network.smtpPort=2526`,
      ),
    );
  }
  const [, section = '', field = '', operator, value = ''] = match;
  const command = section === 'accessLists' ? listCommands[field] : undefined;
  if (command !== undefined) {
    const instead = `${section}.${field}: ${command}`;
    throw new UsageError(text(instead, instead));
  }
  const input = inputOf(section, field);
  if (input === 'secret') throw secretOnCommandLine(section, field);
  if (operator === '=')
    return { section, field, operator, value: readValue(`${section}.${field}`, input, value) };
  if (input?.kind !== 'list') {
    throw new UsageError(
      text(
        `${section}.${field}: ${operator} бывает только у списков; используйте =`,
        `${section}.${field}: ${operator} is for lists only; use =`,
      ),
    );
  }
  const item = readValue(`${section}.${field}`, input.item, value);
  return { section, field, operator: operator === '+=' ? '+=' : '-=', value: item };
}

/** Entries of lists are no part of a section. */
const listCommands: Readonly<Record<string, string>> = {
  white: 'pochtar list add white …',
  black: 'pochtar list add black …',
  networks: 'pochtar network add …',
};

function secretOnCommandLine(section: string, field: string): UsageError {
  const name = `${section}.${field}`;
  return new UsageError(
    text(
      `${name} — секрет: передайте его на стандартный ввод с --secret ${name}`,
      `${name} is a secret: give it on standard input with --secret ${name}`,
    ),
  );
}

function inputOf(section: string, field: string): FieldInput | 'secret' | undefined {
  if (!isSectionName(section)) return undefined;
  const description = describeSection(section);
  if (description.secrets.some((secret) => secret.name === field)) return 'secret';
  return description.fields.find((one) => one.name === field)?.input;
}

function readValue(name: string, input: FieldInput | undefined, written: string): JsonValue {
  switch (input?.kind) {
    case 'boolean':
      return readBoolean(written);
    case 'integer':
      return /^-?\d{1,15}$/.test(written) ? Number(written) : written;
    case 'choice':
      return input.options.find((option) => String(option.value) === written)?.value ?? written;
    case 'reference':
      return written === '' || written === 'null' ? null : written;
    case 'list':
      if (written.startsWith('[') || input.item.kind === 'record') return readJson(name, written);
      return written === '' ? [] : written.split(',').map((item) => item.trim());
    case 'record':
      // A record is known by its first field, so that one word is enough.
      if (!written.startsWith('{')) return { [Object.keys(input.fields)[0] ?? 'value']: written };
      return readJson(name, written);
    case 'text':
    case undefined:
    default:
      return written;
  }
}

function readBoolean(written: string): JsonValue {
  if (['true', 'on', 'yes', '1'].includes(written)) return true;
  return ['false', 'off', 'no', '0'].includes(written) ? false : written;
}

function readJson(name: string, written: string): JsonValue {
  try {
    return JSON.parse(written) as JsonValue;
  } catch {
    throw new UsageError(
      text(
        `${name}: значение не JSON: заключите его в кавычки оболочки, например '["a"]'`,
        `${name}: the value is no JSON: put it into shell quotes, such as '["a"]'`,
      ),
    );
  }
}

/** The list after the change: an item that is there already stays once; one to take out is known by its key. */
export function changeList(
  path: Pick<Assignment, 'section' | 'field'>,
  current: readonly JsonValue[],
  operator: '+=' | '-=',
  item: JsonValue,
): JsonValue[] {
  const input = inputOf(path.section, path.field);
  const keyOf = (one: JsonValue): string =>
    input === undefined || input === 'secret' ? JSON.stringify(one) : entryKey(input, one);
  const key = keyOf(item);
  const others = current.filter((one) => keyOf(one) !== key);
  return operator === '-=' ? others : [...others, item];
}
