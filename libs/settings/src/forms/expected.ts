/** What a field wants, and what is wrong with a value as far as its bounds tell. */
import { type Text, text } from '../text.ts';
import type { FieldDescription, FieldInput } from './description.ts';

/** What the field wants, as a remedy. */
export function expectedOf(input: FieldInput | undefined): Text {
  if (input === undefined) {
    return text('укажите объект JSON с полями раздела', 'give a JSON object with the fields of the section');
  }
  switch (input.kind) {
    case 'boolean':
      return text('укажите true или false', 'give true or false');
    case 'integer':
      return text(
        `укажите целое число от ${input.min} до ${input.max}`,
        `give a whole number from ${input.min} to ${input.max}`,
      );
    case 'choice': {
      const values = input.options.map((option) => option.value).join(', ');
      return text(`укажите одно из: ${values}`, `give one of: ${values}`);
    }
    case 'text':
      return input.expected ?? text('укажите текст', 'give a text');
    case 'reference':
      return text('укажите имя или null', 'give a name or null');
    case 'list':
      return text('укажите список JSON, например ["…"]', 'give a JSON list, such as ["…"]');
    case 'record':
    default: {
      const names = Object.keys(input.fields).join(', ');
      return text(`укажите объект с полями ${names}`, `give an object with the fields ${names}`);
    }
  }
}

/**
 * The complaint about a value while it is typed; undefined where there is none. The grammar of texts and the rules
 * between fields only the server knows: it is asked with `validateOnly`.
 */
export function checkValue(
  { input, isRequired }: Pick<FieldDescription, 'input' | 'isRequired'>,
  value: unknown,
): Text | undefined {
  const isEmpty = value === undefined || value === null || value === '';
  if (isEmpty) return isRequired ? prefixed(text('заполните поле', 'fill in the field'), input) : undefined;
  return checkInput(input, value);
}

function checkInput(input: FieldInput, value: unknown): Text | undefined {
  switch (input.kind) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : expectedOf(input);
    case 'integer':
      return Number.isInteger(value) && input.min <= Number(value) && Number(value) <= input.max
        ? undefined
        : expectedOf(input);
    case 'choice':
      return input.options.some((option) => option.value === value) ? undefined : expectedOf(input);
    case 'text':
      return typeof value !== 'string' ? expectedOf(input) : tooLong(value.length, input.maxLength);
    case 'list':
      return Array.isArray(value) ? tooMany(value.length, input.maxItems) : expectedOf(input);
    case 'reference':
    case 'record':
    default:
      return undefined;
  }
}

function tooLong(length: number, most: number): Text | undefined {
  if (length <= most) return undefined;
  return text(`не больше ${most} знаков: сократите текст`, `at most ${most} characters: shorten the text`);
}

function tooMany(length: number, most: number): Text | undefined {
  if (length <= most) return undefined;
  return text(`не больше ${most} строк: удалите лишние`, `at most ${most} lines: remove some`);
}

function prefixed(words: Text, input: FieldInput): Text {
  const expected = expectedOf(input);
  return text(`${words.ru}: ${expected.ru}`, `${words.en}: ${expected.en}`);
}
