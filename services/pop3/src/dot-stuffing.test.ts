import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dotStuffed, topOf } from './dot-stuffing.ts';

async function* chunked(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (let index = 0; at < bytes.length; index++) {
    const size = sizes.length === 0 ? bytes.length : (sizes[index % sizes.length] ?? 1);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function collect(chunks: AsyncIterable<Buffer>): Promise<string> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString('latin1');
}

const sent = (text: string, sizes: readonly number[] = []): Promise<string> =>
  collect(dotStuffed(chunked(Buffer.from(text, 'latin1'), sizes)));

test.each([
  ['', '.\r\n'],
  ['a\r\n', 'a\r\n.\r\n'],
  ['a', 'a\r\n.\r\n'],
  ['.', '..\r\n.\r\n'],
  ['.\r\n', '..\r\n.\r\n'],
  ['a\r\n.\r\nb\r\n', 'a\r\n..\r\nb\r\n.\r\n'],
  ['\r\n\r\n', '\r\n\r\n.\r\n'],
  ['a.b\r\n', 'a.b\r\n.\r\n'],
  ['a\r\n..\r\n', 'a\r\n...\r\n.\r\n'],
])('RFC 1939 §3: %j is sent as %j', async (message, answer) => {
  expect(await sent(message)).toBe(answer);
});

test('an LF without CR cannot end the answer for a client that takes it for a line end', async () => {
  expect(await sent('a\n.\n+OK forged\r\n')).toBe('a\n..\n+OK forged\r\n.\r\n');
  expect(await sent('a\n')).toBe('a\n\r\n.\r\n');
});

/** What a client makes of it. */
function received(answer: string): string {
  const lines = answer.split('\r\n');
  const end = lines.indexOf('.');
  expect(end).toBe(lines.length - 2);
  return lines
    .slice(0, end)
    .map((line) => `${line.startsWith('.') ? line.slice(1) : line}\r\n`)
    .join('');
}

const text = fc
  .array(fc.constantFrom('.', '\r\n', 'a', 'bc', '..', ' ', '\xff'), { maxLength: 40 })
  .map((parts) => parts.join(''));
const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 5 });

test('what is received is what was stored, wherever chunks are cut', () =>
  fc.assert(
    fc.asyncProperty(text, sizes, async (message, cuts) => {
      const whole = message === '' || message.endsWith('\r\n') ? message : `${message}\r\n`;
      expect(received(await sent(message, cuts))).toBe(whole);
    }),
  ));

test('RFC 1939 §7: TOP is the header and so many lines, wherever chunks are cut', () =>
  fc.assert(
    fc.asyncProperty(text, text, fc.nat({ max: 6 }), sizes, async (header, body, count, cuts) => {
      const bytes = Buffer.from(header + body, 'latin1');
      const top = await collect(topOf(chunked(bytes, cuts), header.length, count));
      const lines = body.split(/(?<=\n)/).slice(0, count);
      expect(top).toBe(header + lines.join(''));
    }),
  ));

test('TOP reads no more of the message than it needs', async () => {
  let read = 0;
  const message = async function* () {
    for (; read < 1000; read++) yield Buffer.from('line\r\n');
  };
  await collect(topOf(message(), 12, 3));
  expect(read).toBeLessThan(7);
});
