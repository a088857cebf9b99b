import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SmtpReader } from './smtp-reader.ts';

interface Options {
  /** Whether the n-th handler keeps the turn for a while. */
  isSlow: (count: number) => boolean;
  /** Whether the sink is busy after the n-th payload. */
  isBusy: (count: number) => boolean;
}

/** What comes out of a stream in these chunks: one string an event; lines that say DATA begin a payload. */
async function read(chunks: Buffer[], { isSlow, isBusy }: Options): Promise<string[]> {
  const events: string[] = [];
  let count = 0;
  let payload = '';
  const pass = (event: string, resume: () => void): void => {
    events.push(event);
    if (isSlow(count++)) setImmediate(resume);
    else resume();
  };
  const sink = {
    write: (bytes: Buffer) => void (payload += bytes.toString('latin1')),
    get busy() {
      return isBusy(count++) ? new Promise<void>((resolve) => setImmediate(resolve)) : null;
    },
  };
  const reader = new SmtpReader({
    line(line, resume) {
      if (line.toString() === 'DATA') reader.readInto(sink, false);
      const [, size, kept] = /^BDAT (\d+)(!?)$/.exec(line.toString()) ?? [];
      if (size !== undefined) reader.readChunk(Number(size), kept === '!' ? null : sink);
      pass(`line ${line.toString('latin1')}`, resume);
    },
    chunkEnd(resume) {
      const octets = payload;
      payload = '';
      pass(`chunk ${octets}`, resume);
    },
    longLine: (resume) => pass('long', resume),
    dataEnd(resume) {
      pass(`data ${payload}`, resume);
      payload = '';
    },
  });
  await pipeline(Readable.from(chunks, { objectMode: true }), reader);
  return events;
}

function cut(text: string, cuts: number[]): Buffer[] {
  const bytes = Buffer.from(text, 'latin1');
  const places = [
    0,
    ...cuts.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b),
    bytes.length,
  ];
  return places
    .slice(0, -1)
    .map((from, index) => Buffer.from(bytes.subarray(from, places[index + 1])))
    .filter((chunk) => chunk.length > 0);
}

const quick: Options = { isSlow: () => false, isBusy: () => false };

describe('RFC 2920 §3.1: what comes in one packet is read one by one', () => {
  const dialogue = 'EHLO a\r\nDATA\r\nx\r\n..y\r\n.\r\nNOOP\nDATA\r\n.\r\nQUIT\r\nunfinished';
  const wanted = [
    'line EHLO a',
    'line DATA',
    'data x\r\n.y\r\n',
    'line NOOP',
    'line DATA',
    'data ',
    'line QUIT',
  ];

  test('whatever the packets, and whoever takes his time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(), { maxLength: 12 }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
        async (cuts, slow, busy) => {
          const options = {
            isSlow: (count: number) => slow[count % slow.length] ?? false,
            isBusy: (count: number) => busy[count % busy.length] ?? false,
          };
          expect(await read(cut(dialogue, cuts), options)).toEqual(wanted);
        },
      ),
    );
  });

  test('RFC 3030 §2: chunks are as long as was said, whatever is in them; one that nobody wants is no command', async () => {
    const text =
      'BDAT 7\r\n\r\n.\r\n\r\nBDAT 1\r\nxBDAT 6!\r\nQUIT\r\nNOOP\r\nBDAT 9\r\nBDAT 3\r\n\nRSET\r\nDATA\r\n.y\r\n.\r\nQUIT\r\n';
    const expected = [
      ...[
        'line BDAT 7',
        'chunk \r\n.\r\n\r\n',
        'line BDAT 1',
        'chunk x',
        'line BDAT 6!',
        'chunk ',
        'line NOOP',
      ],
      ...['line BDAT 9', 'chunk BDAT 3\r\n\n', 'line RSET', 'line DATA', 'data y\r\n', 'line QUIT'],
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(), { maxLength: 12 }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
        async (cuts, slow, busy) => {
          const options = {
            isSlow: (count: number) => slow[count % slow.length] ?? false,
            isBusy: (count: number) => busy[count % busy.length] ?? false,
          };
          expect(await read(cut(text, cuts), options)).toEqual(expected);
        },
      ),
    );
  });

  test('thousands of commands in one packet do not deepen the stack, nor keep others waiting', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const count = 50_000;
    const events = await read([Buffer.from('NOOP\r\n'.repeat(count))], quick);
    clearInterval(timer);
    expect(events).toHaveLength(count);
    expect(turns).toBeGreaterThan(1);
  });
});

describe('RFC 5321 §4.5.3.1.4: long lines', () => {
  test('over 12,288 octets are thrown away and reported once, however they come', async () => {
    const text = `${'x'.repeat(50_000)}\r\nNOOP\r\n${'y'.repeat(12_289)}\r\n${'z'.repeat(12_287)}\r\n`;
    for (const cuts of [[], [100, 20_000, 49_999, 50_001], [12_288, 12_289, 50_000, 62_000, 62_300]]) {
      const events = await read(cut(text, cuts), quick);
      expect(events.map((event) => event.slice(0, 9))).toEqual(['long', 'line NOOP', 'long', 'line zzzz']);
    }
  });
});
