import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseProxyHeader } from './proxy-protocol.ts';

const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');

function version2(command: number, family: number, addresses: Buffer): Buffer {
  const fixed = Buffer.from([0x20 | command, family << 4, 0, 0]);
  fixed.writeUInt16BE(addresses.length, 2);
  return Buffer.concat([signature, fixed, addresses]);
}

describe('PROXY protocol', () => {
  test.each([
    ['PROXY TCP4 192.0.2.1 198.51.100.2 56324 143\r\n', { address: '192.0.2.1', port: 56_324 }],
    ['PROXY TCP6 2001:db8::1 2001:db8::2 1 143\r\n', { address: '2001:db8::1', port: 1 }],
    ['PROXY UNKNOWN\r\n', null],
    ['PROXY UNKNOWN anything here\r\n', null],
  ])('version 1: %j', (text, client) => {
    const bytes = Buffer.from(`${text}a001 NOOP\r\n`);
    expect(parseProxyHeader(bytes)).toEqual({ kind: 'complete', length: text.length, client });
  });

  test.each([
    'PROXY TCP4 192.0.2.1\r\n',
    'PROXY TCP4 2001:db8::1 198.51.100.2 1 143\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.2 x 143\r\n',
    'PROXY TCP9 192.0.2.1 198.51.100.2 1 143\r\n',
    `PROXY TCP4 ${'1'.repeat(200)}`,
  ])('refused: %j', (text) => {
    expect(parseProxyHeader(Buffer.from(text)).kind).toBe('malformed');
  });

  test.each([
    'GET / HTTP/1.0\r\n',
    'POST / HTTP/1.0\r\n',
    'PRI * HTTP/2.0\r\n',
    '\u0016\u0003\u0001',
    '\r\nEHLO x',
  ])('none: %j', (text) => {
    expect(parseProxyHeader(Buffer.from(text, 'latin1')).kind).toBe('absent');
  });

  test('version 2 names the client of IPv4 and IPv6', () => {
    const ipv4 = version2(1, 1, Buffer.from([192, 0, 2, 1, 198, 51, 100, 2, 0x12, 0x34, 0, 143]));
    expect(parseProxyHeader(ipv4)).toEqual({
      kind: 'complete',
      length: 28,
      client: { address: '192.0.2.1', port: 0x1234 },
    });
    const ipv6 = version2(
      1,
      2,
      Buffer.concat([Buffer.from('20010db8'.padEnd(32, '0'), 'hex'), Buffer.alloc(20)]),
    );
    expect(parseProxyHeader(ipv6)).toMatchObject({ client: { address: '2001:db8::', port: 0 } });
  });

  test('version 2: LOCAL and unknown families leave the own address; a missing address is refused', () => {
    expect(parseProxyHeader(version2(0, 0, Buffer.alloc(0)))).toMatchObject({
      kind: 'complete',
      client: null,
    });
    expect(parseProxyHeader(version2(1, 3, Buffer.alloc(216)))).toMatchObject({
      kind: 'complete',
      client: null,
    });
    expect(parseProxyHeader(version2(1, 1, Buffer.alloc(4))).kind).toBe('malformed');
    expect(parseProxyHeader(version2(1, 1, Buffer.alloc(60_000))).kind).toBe('malformed');
  });

  test('a header that comes in pieces is incomplete until its end, whatever the pieces', () => {
    const whole = [
      Buffer.from('PROXY TCP4 192.0.2.1 198.51.100.2 56324 143\r\n'),
      version2(1, 1, Buffer.from([192, 0, 2, 1, 198, 51, 100, 2, 0x12, 0x34, 0, 143])),
    ];
    for (const bytes of whole) {
      for (let length = 0; length < bytes.length; length++) {
        expect(parseProxyHeader(bytes.subarray(0, length)).kind).toBe('incomplete');
      }
      expect(parseProxyHeader(bytes).kind).toBe('complete');
    }
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, isVersion2) => {
        const header = parseProxyHeader(isVersion2 ? Buffer.concat([signature, bytes]) : Buffer.from(bytes));
        expect(['incomplete', 'absent', 'malformed', 'complete']).toContain(header.kind);
      }),
    );
  });
});
