import { describe, expect, test } from 'vitest';
import { BadSyntax, Cursor } from '../syntax/cursor.ts';
import { neededColumns, parseFetchItems } from './fetch-items.ts';

function labels(text: string): string[] {
  const cursor = new Cursor([text]);
  const items = parseFetchItems(cursor);
  cursor.end();
  return items.map((item) => (item.kind === 'simple' ? item.name : item.label));
}

describe('RFC 9051 §6.4.5: items', () => {
  test.each([
    ['FLAGS', ['FLAGS']],
    ['fast', ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE']],
    ['ALL', ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE']],
    ['FULL', ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODY']],
    ['(UID body BODYSTRUCTURE)', ['UID', 'BODY', 'BODYSTRUCTURE']],
    ['BODY[]', ['BODY[]']],
    ['body.peek[header]', ['BODY[HEADER]']],
    ['BODY[1.2.MIME]<10.20>', ['BODY[1.2.MIME]<10>']],
    ['BODY[3.header.fields (From "X Y")]', ['BODY[3.HEADER.FIELDS (From "X Y")]']],
    ['BODY.PEEK[HEADER.FIELDS.NOT (received)]', ['BODY[HEADER.FIELDS.NOT (received)]']],
    ['(RFC822 RFC822.HEADER RFC822.TEXT)', ['RFC822', 'RFC822.HEADER', 'RFC822.TEXT']],
    ['(BINARY[1] BINARY.PEEK[2.1]<0.5> BINARY.SIZE[1])', ['BINARY[1]', 'BINARY[2.1]<0>', 'BINARY.SIZE[1]']],
    ['BINARY[]', ['BINARY[]']],
  ])('%s', (text, expected) => {
    expect(labels(text)).toEqual(expected);
  });

  test.each([
    '',
    '()',
    'FOO',
    'BODY[',
    'BODY[FOO]',
    'BODY[0]',
    'BODY[1.]',
    'BODY[.1]',
    'BODY[1.0]',
    'BODY[MIME]',
    'BODY[1HEADER]',
    'BODY[HEADER.FIELDS]',
    'BODY[HEADER.FIELDS ()]',
    'BODY[4294967296]',
    'BINARY[1.4294967296]',
    'BODY[]<0>',
    'BODY[]x',
    'BINARY[HEADER]',
    '(FAST)',
    `BODY[${'1.'.repeat(300)}1]`,
    `(${Array(101).fill('UID').join(' ')})`,
  ])('%s is refused', (text) => {
    expect(() => labels(text)).toThrow(BadSyntax);
  });

  test('only the columns that are needed are read', () => {
    const columns = (text: string) => neededColumns(parseFetchItems(new Cursor([text]))).toSorted();
    expect(columns('(UID FLAGS RFC822.SIZE INTERNALDATE MODSEQ)')).toEqual([]);
    expect(columns('BODYSTRUCTURE')).toEqual(['bodyStructure']);
    expect(columns('ENVELOPE')).toEqual(['envelope']);
    expect(columns('BODY[HEADER.FIELDS (SUBJECT)]')).toEqual(['header', 'stored']);
    expect(columns('BODY[]')).toEqual(['stored']);
    expect(columns('BODY[1]')).toEqual(['parts', 'stored']);
  });
});
