import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeTransfer, type Encoding, encodingOf, transferDecoded } from './transfer-decoding.ts';

async function decode(text: string, encoding: Encoding, chunk = 1_000_000): Promise<string> {
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < text.length; at += chunk) yield Buffer.from(text.slice(at, at + chunk), 'latin1');
  }
  const pieces: Buffer[] = [];
  for await (const piece of decodeTransfer(chunks(), encoding)) pieces.push(piece);
  return Buffer.concat(pieces).toString('latin1');
}

describe('RFC 2045 §6: transfer encodings', () => {
  test.each([
    ['a=3Db=\r\nc  \r\nd\t', 'a=bc\r\nd\t'],
    ['=D0=BF=d1=80', '\u00d0\u00bf\u00d1\u0080'],
    ['=ZZ and =4', '=ZZ and =4'],
    ['soft= \t\r\nbreak=\nagain', 'softbreakagain'],
    ['bare \n', 'bare\n'],
    ['a=20 \r\n=20\t\n', 'a \r\n \n'],
    ['==3D=\r\n=', '=='],
  ])('quoted-printable %j', async (text, decoded) => {
    for (const chunk of [1, 2, 3, 1000]) expect(await decode(text, 'quoted-printable', chunk)).toBe(decoded);
  });

  test('base64 whatever the lines, and as far as it goes', async () => {
    const text = 'aGVs\r\nbG8g d29y\nbGQ!';
    for (const chunk of [1, 2, 3, 5, 1000]) expect(await decode(text, 'base64', chunk)).toBe('hello world');
    expect(await decode('aGVsbG8', 'base64', 2)).toBe('hello');
  });

  test('what was encoded is decoded, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 1, max: 9 }),
        async (bytes, chunk) => {
          const octets = Buffer.from(bytes);
          const base64 = octets.toString('base64').replace(/.{60}/g, '$&\r\n');
          expect(await decode(base64, 'base64', chunk)).toBe(octets.toString('latin1'));
          const quoted = [...octets].map((byte) => `=${byte.toString(16).padStart(2, '0').toUpperCase()}`);
          const lines = quoted.map((digits, at) => (at % 20 === 19 ? `${digits}=\r\n` : digits)).join('');
          expect(await decode(lines, 'quoted-printable', chunk)).toBe(octets.toString('latin1'));
          expect(await decode(octets.toString('latin1'), 'identity', chunk)).toBe(octets.toString('latin1'));
        },
      ),
    );
  });

  test('a line without end takes neither memory nor time', async () => {
    const started = process.cpuUsage();
    const blanks = await decode(' '.repeat(4_000_000), 'quoted-printable', 65_536);
    expect(blanks).toHaveLength(4_000_000);
    expect(await decode('='.repeat(1_000_000), 'quoted-printable', 65_536)).toHaveLength(999_999);
    // Of the processor: anything quadratic takes minutes.
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(5000);
  });
});

describe('a whole part in memory', () => {
  const whole = (text: string, name: string) =>
    transferDecoded(Buffer.from(text, 'latin1'), name)?.toString('latin1');

  test('RFC 2045 §6.8: what stands behind padding begins anew, and other characters are passed over', async () => {
    for (const text of ['aGVsbG8=IHdvcmxk', 'aGVsbG8==\r\n*IHdv-cmxk', 'aGVsbG8 = IHdvcmxk\u00ff']) {
      expect(whole(text, 'base64')).toBe('hello world');
      for (const chunk of [1, 2, 3, 7]) expect(await decode(text, 'base64', chunk)).toBe('hello world');
    }
  });

  test('is what comes of it in pieces, whatever it is', async () => {
    const some = fc.array(
      fc.constantFrom('=', '=3', '=3D', ' ', '\t', '\r', '\n', '\r\n', 'a', 'QUJD', '+/', 'é', '-'),
      { maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(some, fc.integer({ min: 1, max: 9 }), async (words, chunk) => {
        for (const name of ['base64', 'quoted-printable'] as const)
          expect(await decode(words.join(''), name, chunk)).toBe(whole(words.join(''), name));
      }),
    );
  });

  test('uuencode, and names that are no encoding', () => {
    const lines = 'begin 644 a.txt\n%:&5L;&\\\n`\nend\n';
    for (const name of ['x-uuencode', 'uuencode', 'x-uue', 'uue']) expect(whole(lines, name)).toBe('hello');
    expect(whole(lines.replaceAll('\n', '\r\n'), 'x-uuencode')).toBe('hello');
    for (const name of ['7bit', '8-bit', 'binary']) expect(whole('a=20', name)).toBe('a=20');
    expect(whole('a', 'x-unknown')).toBeUndefined();
  });

  test('hostile ones cost what their octets cost', () => {
    const started = process.cpuUsage();
    expect(whole('QQ='.repeat(2_000_000), 'base64')).toHaveLength(2_000_000);
    expect(whole(`${'\r\n'.repeat(2_000_000)}!`, 'base64')).toBe('');
    expect(whole(`QQ==${'\n'.repeat(4_000_000)}!`, 'base64')).toBe('A');
    expect(whole(' \r'.repeat(3_000_000), 'quoted-printable')).toHaveLength(6_000_000);
    expect(whole('!'.repeat(6_000_000), 'x-uuencode')).toBeDefined();
    expect(whole('!!\n'.repeat(1_000_000), 'x-uuencode')).toHaveLength(1_000_000);
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(5000);
  });
});

test('encodings nobody knows are told apart', () => {
  expect(encodingOf('8bit')).toBe('identity');
  expect(encodingOf('x-uuencode')).toBeNull();
});
