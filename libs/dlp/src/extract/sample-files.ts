// Small files of the formats that are read, for tests: made here, so that what is in them can be chosen.
import { crc32, deflateRawSync } from 'node:zlib';

/** What an entry holds; `packed` as it is, with a size that need not be true. */
type Content = Buffer | string | { packed: Buffer; size: number };

export function zip(files: readonly (readonly [name: string, content: Content])[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of files) {
    const isPlain = Buffer.isBuffer(content) || typeof content === 'string';
    const bytes = isPlain ? Buffer.from(content as string) : Buffer.alloc(0);
    // OpenDocument: its type can be read without unpacking.
    const isStored = name === 'mimetype';
    const packed = !isPlain ? content.packed : isStored ? bytes : deflateRawSync(bytes);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x0800, 2);
    fields.writeUInt16LE(isStored ? 0 : 8, 4);
    fields.writeUInt32LE(crc32(bytes), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(isPlain ? bytes.length : content.size, 18);
    const label = Buffer.from(name);
    fields.writeUInt16LE(label.length, 22);
    bodies.push(Buffer.from('PK\u0003\u0004', 'latin1'), fields, label, packed);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\u0001\u0002\u0014\u0000', 'latin1'), fields, tail, label);
    offset += 4 + 26 + label.length + packed.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, entries, end]);
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const lines = (text: string, wrap: (line: string) => string): string => text.split('\n').map(wrap).join('');
const TYPES = ['[Content_Types].xml', '<Types/>'] as const;

export function docx(text: string): Buffer {
  // Runs end in the midst of a word, as in real documents.
  const runs = (line: string): string =>
    [line.slice(0, 3), line.slice(3)].map((run) => `<w:r><w:t>${escaped(run)}</w:t></w:r>`).join('');
  const body = lines(text, (line) => `<w:p>${runs(line)}</w:p>`);
  return zip([TYPES, ['word/document.xml', `<w:document><w:body>${body}</w:body></w:document>`]]);
}

export function xlsx(text: string): Buffer {
  const strings = lines(text, (line) => `<si><t>${escaped(line)}</t></si>`);
  return zip([TYPES, ['xl/workbook.xml', '<workbook/>'], ['xl/sharedStrings.xml', `<sst>${strings}</sst>`]]);
}

export function pptx(text: string): Buffer {
  const slides = lines(text, (line) => `<a:p><a:r><a:t>${escaped(line)}</a:t></a:r></a:p>`);
  return zip([TYPES, ['ppt/slides/slide1.xml', `<p:sld>${slides}</p:sld>`]]);
}

export function odt(text: string): Buffer {
  const body = lines(text, (line) => `<text:p>${escaped(line)}</text:p>`);
  return zip([
    ['mimetype', 'application/vnd.oasis.opendocument.text'],
    ['content.xml', `<office:body>${body}</office:body>`],
  ]);
}

export function ods(text: string): Buffer {
  const body = lines(
    text,
    (line) => `<table:table-cell><text:p>${escaped(line)}</text:p></table:table-cell>`,
  );
  return zip([
    ['mimetype', 'application/vnd.oasis.opendocument.spreadsheet'],
    ['content.xml', `<office:body>${body}</office:body>`],
  ]);
}

export function rtf(text: string): Buffer {
  const body = Array.from(text)
    .map((char) => {
      const code = char.charCodeAt(0);
      if (char === '\n') return '\\par ';
      return code < 0x80 ? char.replace(/[\\{}]/, '\\$&') : `\\u${code > 0x7fff ? code - 0x10000 : code}?`;
    })
    .join('');
  return Buffer.from(`{\\rtf1\\ansi\\ansicpg1251{\\fonttbl{\\f0 Arial;}}\\f0 ${body}}`, 'latin1');
}

/** Of US-ASCII, one line a line. */
export function pdf(text: string): Buffer {
  const shown = lines(text, (line) => `(${line.replace(/[\\()]/g, '\\$&')}) Tj T*\n`);
  const stream = `BT /F1 12 Tf 14 TL 50 800 Td\n${shown}ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let file = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  file += `xref\n0 ${size}\n0000000000 65535 f \n${table}trailer << /Size ${size} /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
  return Buffer.from(file, 'latin1');
}
