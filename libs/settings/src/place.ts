/** How a place in the settings is named to people: by the labels of its section and field, and by its path. */
import { catalogue, isSectionName, type SectionName } from './catalogue.ts';
import type { FieldWords } from './field.ts';
import type { FieldInput } from './forms/description.ts';
import { type FieldPlace, type SettingsError, type Text, text } from './text.ts';

/** What is wrong (or worth knowing) at a place; the message begins with the place's name. */
export function complaint(
  place: FieldPlace,
  code: string,
  message: Text,
  related?: readonly FieldPlace[],
): SettingsError {
  const name = placeName(place);
  return {
    section: place.section,
    field: place.field,
    code,
    ...(related !== undefined && { related }),
    message: text(`${name.ru}: ${message.ru}`, `${name.en}: ${message.en}`),
  };
}

/**
 * A complaint is a whole sentence, for logs: it begins with the name of its field. A form shows it at the field, and names
 * other fields by their labels alone. `label` is absent where nothing but a path is known.
 */
export function atField({ section, field, message }: SettingsError): { label?: Text; message: Text } {
  const name = placeName({ section, field });
  const path = field === '' ? section : `${section}.${field}`;
  const said = (language: keyof Text): string => {
    const start = `${name[language]}: `;
    const own = message[language].startsWith(start)
      ? message[language].slice(start.length)
      : message[language];
    return own.replaceAll(/ \((\w+)\.[\w.]+\)/g, (whole, other: string) =>
      isSectionName(other) ? '' : whole,
    );
  };
  const label = (language: keyof Text): string => name[language].slice(0, -`, ${path}`.length);
  const labels = text(label('ru'), label('en'));
  return { ...(labels.en !== '' && { label: labels }), message: text(said('ru'), said('en')) };
}

/** `“Network”, “SMTP port”, network.smtpPort` */
export function placeName({ section, field }: FieldPlace): Text {
  const labels = isSectionName(section) ? [catalogue[section].label, ...labelsOf(section, field)] : [];
  const path = field === '' ? section : `${section}.${field}`;
  const name = (language: keyof Text) => [...labels.map((label) => quoted(label, language)), path].join(', ');
  return text(name('ru'), name('en'));
}

/** `“SMTP port” (network.smtpPort)`: a field that a sentence speaks of. */
export function fieldName({ section, field }: FieldPlace): Text {
  const label = isSectionName(section) ? labelsOf(section, field).at(-1) : undefined;
  const name = (language: keyof Text) =>
    label === undefined ? `${section}.${field}` : `${quoted(label, language)} (${section}.${field})`;
  return text(name('ru'), name('en'));
}

/** The message with `{field}` replaced by the names of fields of the section. */
export function withFieldNames(section: SectionName, message: Text): Text {
  const known = { ...catalogue[section].fields, ...catalogue[section].secrets };
  const replaced = (language: keyof Text) =>
    message[language].replaceAll(/\{(\w+)\}/g, (whole, field: string) =>
      Object.hasOwn(known, field) ? fieldName({ section, field })[language] : whole,
    );
  return text(replaced('ru'), replaced('en'));
}

function quoted(label: Text | string, language: keyof Text): string {
  if (typeof label === 'string') return label;
  return language === 'ru' ? `«${label.ru}»` : `“${label.en}”`;
}

interface Named extends FieldWords {
  readonly fullLabel?: Text;
  readonly input?: FieldInput;
}

/** Labels along the path; a place in a list is its number. */
function labelsOf(section: SectionName, path: string): (Text | string)[] {
  const [first = '', ...rest] = path.split('.');
  const known: Readonly<Record<string, Named>> = {
    ...catalogue[section].fields,
    ...catalogue[section].secrets,
  };
  const field = Object.hasOwn(known, first) ? known[first] : undefined;
  if (field === undefined) return [];
  const labels: (Text | string)[] = [field.fullLabel ?? field.label];
  let input = field.input;
  for (const key of rest) {
    if (input?.kind === 'list') {
      labels.push(`№ ${Number(key) + 1}`);
      input = input.item;
    } else if (input?.kind === 'record' && Object.hasOwn(input.fields, key)) {
      const one = input.fields[key];
      if (one !== undefined) labels.push(one.label);
      input = one?.input;
    }
  }
  return labels;
}
