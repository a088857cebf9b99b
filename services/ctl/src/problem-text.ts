// A complaint or a caution as a line of its own: about settings it begins with the name of the field, as the command line
// writes it, and ends with those of the other fields that have a part in it.
import type { AdminProblem } from '@pochtar/bus';
import { describeSection, isSectionName, placeName, type Text, text } from '@pochtar/settings';

export function problemText({ section, field, message, related = [], line, code }: AdminProblem): Text {
  if (section === undefined) return message;
  const name = field === section ? '' : field.slice(section.length + 1);
  const { ru, en } = placeName({ section, field: name });
  const others = related.map((place) => `${place.section}.${place.field}`).join(', ');
  const end = others === '' ? '' : ` (${others})`;
  const how = code === 'missing' && isSecret(section, name) ? ` (--secret ${field})` : end;
  const at = line === undefined ? text('', '') : text(`строка ${line}: `, `line ${line}: `);
  return text(`${at.ru}${ru}: ${message.ru}${how}`, `${at.en}${en}: ${message.en}${how}`);
}

function isSecret(section: string, field: string): boolean {
  return isSectionName(section) && describeSection(section).secrets.some(({ name }) => name === field);
}
