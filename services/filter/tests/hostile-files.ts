// Files that somebody makes to keep a reader busy: little that becomes much, or much of what is dear to read.
import { crc32, deflateRawSync, deflateSync } from 'node:zlib';

const MB = 1024 * 1024;

/** Each object with its number; a page has the content that comes first. */
function pdf(content: Buffer, filters: string, pages = 1): Buffer {
  const kids = Array.from({ length: pages }, (_, page) => `${page + 4} 0 R`).join(' ');
  const page = '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 1 0 R /Resources << >> >>';
  const objects: (string | Buffer)[] = [
    Buffer.concat([
      Buffer.from(`<< /Length ${content.length} ${filters} >>\nstream\n`),
      content,
      Buffer.from('\nendstream'),
    ]),
    `<< /Type /Pages /Kids [${kids}] /Count ${pages} >>`,
    '<< /Type /Catalog /Pages 2 0 R >>',
    ...Array.from({ length: pages }, () => page),
  ];
  const pieces = objects.map((object, index) =>
    Buffer.concat([
      Buffer.from(`${index + 1} 0 obj\n`),
      Buffer.from(object as string),
      Buffer.from('\nendobj\n'),
    ]),
  );
  const table: string[] = [];
  let at = 9;
  for (const piece of pieces) {
    table.push(`${String(at).padStart(10, '0')} 00000 n \n`);
    at += piece.length;
  }
  const count = objects.length + 1;
  const end = `xref\n0 ${count}\n0000000000 65535 f \n${table.join('')}trailer << /Size ${count} /Root 3 0 R >>\nstartxref\n${at}\n%%EOF\n`;
  return Buffer.concat([Buffer.from('%PDF-1.4\n'), ...pieces, Buffer.from(end)]);
}

const deflated = (unit: string, length: number): Buffer =>
  deflateSync(Buffer.alloc(length, unit), { level: 1 });

function zip(count: number, name: (index: number) => string, content: Buffer): Buffer {
  const packed = deflateRawSync(content, { level: 1 });
  const sum = crc32(content);
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    const written = Buffer.from(name(index));
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(sum, 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(content.length, 18);
    fields.writeUInt16LE(written.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    const entry = Buffer.concat([Buffer.from('PK\u0003\u0004'), fields, written, packed]);
    local.push(entry);
    central.push(Buffer.from('PK\u0001\u0002'), Buffer.of(20, 0), fields, tail, written);
    at += entry.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(count & 0xffff, 4);
  end.writeUInt16LE(count & 0xffff, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...local, directory, Buffer.from('PK\u0005\u0006'), end]);
}

const document = (inner: string, count: number): Buffer =>
  zip(
    2,
    (index) => (index === 0 ? '[Content_Types].xml' : 'word/document.xml'),
    Buffer.from(`<w:document>${inner.repeat(count)}`),
  );

/** Name, type of the part, and its octets. */
export const files: readonly [string, string, () => Buffer][] = [
  [
    'a PDF whose page becomes 200 MB',
    'application/pdf',
    () => pdf(deflated('0 0 m\n', 200 * MB), '/Filter /FlateDecode'),
  ],
  [
    'a PDF whose page becomes 200 MB in two steps',
    'application/pdf',
    () => pdf(deflateSync(deflated('(a) Tj\n', 200 * MB)), '/Filter [/FlateDecode /FlateDecode]'),
  ],
  ['a PDF of three million words', 'application/pdf', () => pdf(Buffer.alloc(20 * MB, '(a) Tj '), '')],
  ['a PDF of arrays in arrays', 'application/pdf', () => pdf(Buffer.alloc(20 * MB, '['), '')],
  [
    'a PDF of 500 pages of a megabyte',
    'application/pdf',
    () => pdf(Buffer.alloc(MB, 'BT (a) Tj ET '), '', 500),
  ],
  ['a PDF of 150,000 pages', 'application/pdf', () => pdf(Buffer.from('q'), '', 150_000)],
  [
    'a zip of sixty thousand files',
    'application/zip',
    () => zip(60_000, (index) => `${index}.txt`, Buffer.from('a')),
  ],
  ['a zip that becomes 60 MB', 'application/zip', () => zip(1, () => 'a.txt', Buffer.alloc(60 * MB, 'ab '))],
  ['a document of two million elements', 'application/zip', () => document('<w:t>a</w:t>', 2_000_000)],
  ['a document of elements in elements', 'application/zip', () => document('<w:p>', 4_800_000)],
];
