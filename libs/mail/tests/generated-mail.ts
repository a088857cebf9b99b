// Mails made at random together with what they consist of, for property tests: what the scanner finds must be what
// was put in. Boundaries begin like each other, bodies have lines that look like delimiters, parts may be empty.

import * as fc from 'fast-check';

export interface MadePart {
  type: string;
  /** Body octets as latin1; for multiparts and messages made of the children. */
  body: string;
  header: string;
  children: MadePart[];
  preamble?: string;
  epilogue?: string;
  boundary?: string;
}

const bodyLine = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 60 }).filter((line) => !line.startsWith('--=_')),
  fc.constantFrom(
    '',
    '--',
    '---',
    '--=_',
    '--=_x',
    '--=_0000000x',
    'From me',
    '.',
    '-- ',
    '\t',
    'Content-Type: text/html',
  ),
);
const body = fc.array(bodyLine, { maxLength: 6 }).map((lines) => lines.join('\r\n'));

const leaf: fc.Arbitrary<MadePart> = fc
  .record({ type: fc.constantFrom('text/plain', 'text/html', 'image/png', 'application/pdf'), body })
  .map((part) => ({ ...part, header: `Content-Type: ${part.type}\r\n`, children: [] }));

const subtype = fc.constantFrom('mixed', 'alternative', 'related', 'report', 'x-other');

export const madePart: fc.Arbitrary<MadePart> = fc.letrec<{ part: MadePart }>((tie) => ({
  part: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    leaf,
    fc
      .record({
        subtype,
        children: fc.array(tie('part'), { minLength: 1, maxLength: 4 }),
        preamble: body,
        epilogue: body,
      })
      .map(({ subtype: sub, ...rest }) => ({ type: `multipart/${sub}`, body: '', header: '', ...rest })),
    tie('part').map((part) => ({
      type: 'message/rfc822',
      body: '',
      header: 'Content-Type: message/rfc822\r\n',
      children: [part],
    })),
  ),
})).part;

/** The mail's octets as latin1; boundaries are given on the way, each the beginning of the next. */
export function renderMail(part: MadePart, numbers = { next: 1 }): string {
  if (part.type.startsWith('multipart/')) {
    part.boundary = `=_${'1'.repeat(numbers.next++)}`;
    part.header = `Content-Type: ${part.type}; boundary="${part.boundary}"\r\n`;
    const children = part.children.map((child) => `--${part.boundary}\r\n${renderMail(child, numbers)}\r\n`);
    const preamble = part.preamble ? `${part.preamble}\r\n` : '';
    part.body = `${preamble}${children.join('')}--${part.boundary}--${part.epilogue ? `\r\n${part.epilogue}` : ''}`;
  } else if (part.type === 'message/rfc822') {
    part.body = part.children.map((child) => renderMail(child, numbers)).join('');
  }
  return `${part.header}\r\n${part.body}`;
}
