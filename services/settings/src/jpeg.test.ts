// Real ones come from a browser; the others are put together from their parts.
import { expect, test } from 'vitest';
import { smallJpeg } from '@pochtar/testkit';
import { readJpeg } from './jpeg.ts';

const real = Buffer.from(smallJpeg, 'base64');
const start = Buffer.from([0xff, 0xd8]);
const scan = Buffer.from([0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0, 4]);
const end = Buffer.from([0xff, 0xd9]);

function segment(marker: number, content: Buffer | string): Buffer {
  const octets = Buffer.from(content);
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(octets.length + 2, 2);
  return Buffer.concat([head, octets]);
}

function frame(width: number, height: number, marker = 0xc0): Buffer {
  const content = Buffer.from([8, 0, 0, 0, 0, 1, 1, 0x11, 0]);
  content.writeUInt16BE(height, 1);
  content.writeUInt16BE(width, 3);
  return segment(marker, content);
}

test('a picture is kept as it is, with its size', () => {
  expect(readJpeg(real)).toEqual({ ok: true, jpeg: real, width: 3, height: 2 });
});

test('what a camera wrote beside it, and what follows its end, is left out; what the picture needs stays', () => {
  const [jfif, colours] = [segment(0xe0, 'JFIF'), segment(0xe2, 'ICC_PROFILE')];
  const tables = [segment(0xdb, 'q'), segment(0xc4, 'h'), segment(0xdd, 'rr')];
  const told = [segment(0xe1, 'Exif at home'), segment(0xed, 'Photoshop'), segment(0xfe, 'by Anna')];
  const fill = Buffer.from([0xff, 0xff]);
  const whole = [
    start,
    jfif,
    ...told,
    colours,
    ...tables,
    fill,
    frame(4, 5, 0xc2),
    scan,
    end,
    Buffer.from('PK more'),
  ];
  const read = readJpeg(Buffer.concat(whole));
  const jpeg = Buffer.concat([start, jfif, colours, ...tables, frame(4, 5, 0xc2), scan, end]);
  expect(read).toEqual({ ok: true, jpeg, width: 4, height: 5 });
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['a PNG', Buffer.from('89504e470d0a1a0a', 'hex')],
  ['one that is cut off', real.subarray(0, -2)],
  ['one that is cut off in its tables', real.subarray(0, 100)],
  ['one without a size', Buffer.concat([start, scan, end])],
  ['one with two sizes', Buffer.concat([start, frame(1, 1), frame(2, 2), scan, end])],
  ['one of no width', Buffer.concat([start, frame(0, 1), scan, end])],
  ['one that nothing shows', Buffer.concat([start, frame(1, 1, 0xc9), scan, end])],
  ['one whose part is longer than it', Buffer.concat([start, Buffer.from([0xff, 0xe0, 0xff, 0xff])])],
  [
    'one whose part has no length',
    Buffer.concat([start, Buffer.from([0xff, 0xe0, 0, 0]), frame(1, 1), scan, end]),
  ],
  ['HTML', Buffer.from('<script>alert(1)</script>')],
])('%s is no picture', (_, bytes) => expect(readJpeg(bytes)).toEqual({ ok: false, why: 'notJpeg' }));

test.each([
  [1024, 1024, true],
  [1025, 1, false],
  [1, 65_535, false],
])('of %i by %i pixels: %s', (width, height, isRight) => {
  const read = readJpeg(Buffer.concat([start, frame(width, height), scan, end]));
  expect(read).toMatchObject(isRight ? { ok: true } : { ok: false, why: 'tooManyPixels' });
});
