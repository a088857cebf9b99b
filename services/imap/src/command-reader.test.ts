// The reader against octets in whatever pieces they come.
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { SocketInput, SocketOutput } from '@pochtar/runtime';
import { collectGarbage } from '@pochtar/testkit';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCommand, type ReadResult } from './command-reader.ts';
import { Bye } from './reply.ts';

const LIMITS = { line: 1000, literals: 500, unasked: 1000, discarded: 5000 };

interface Wire {
  read(): Promise<ReadResult>;
  /** What was said to the client. */
  said(): string;
}

/** A connection on which these chunks come, one after another. */
function wire(chunks: readonly Buffer[], limits = LIMITS, beforeLast?: () => void): Wire {
  const left = [...chunks];
  let said = '';
  const socket = new Duplex({
    read() {
      if (left.length === 1) beforeLast?.();
      this.push(left.shift() ?? null);
    },
    write(chunk: Buffer, _encoding, done) {
      said += chunk.toString('latin1');
      done();
    },
  }) as Socket;
  const input = new SocketInput(socket);
  const output = new SocketOutput(socket, 1000);
  return { read: () => readCommand(input, output, limits), said: () => said };
}

function whole(text: string): Wire {
  return wire([Buffer.from(text, 'latin1')]);
}

async function outline(result: Promise<ReadResult>): Promise<unknown> {
  const read = await result;
  if (read.kind === 'refused') return [read.tag, read.reply.status, read.reply.code];
  const { tag, name, cursor, literal } = read.command;
  const values: string[] = [];
  while (cursor.take(' ') && !cursor.isAtLiteral) values.push(cursor.astring());
  return { tag, name, values, ...(literal && { literal: literal.length }) };
}

describe('commands', () => {
  test('RFC 9051 §4.3: literals are invited, and read as what they are', async () => {
    const connection = whole('a LOGIN {4}\r\nna\r\n {2+}\r\npw\r\nb noop\r\n');
    expect(await outline(connection.read())).toEqual({ tag: 'a', name: 'LOGIN', values: ['na\r\n', 'pw'] });
    expect(connection.said()).toBe('+ send it\r\n');
    expect(await outline(connection.read())).toEqual({ tag: 'b', name: 'NOOP', values: [] });
  });

  test('bare line feeds end lines too', async () => {
    const connection = whole('a NOOP\nb NOOP\n');
    expect(await outline(connection.read())).toMatchObject({ tag: 'a', name: 'NOOP' });
    expect(await outline(connection.read())).toMatchObject({ tag: 'b', name: 'NOOP' });
  });

  test.each(['a  NOOP\r\n', 'a NOOP  \r\n', 'a noop {2+}\r\nxy  \r\n'])(
    'blanks of sloppy clients: %j',
    async (text) => {
      expect(await outline(whole(text).read())).toMatchObject({ tag: 'a', name: 'NOOP' });
    },
  );

  test('UID belongs to the name', async () => {
    expect(await outline(whole('a uid fetch 1 x\r\n').read())).toMatchObject({
      name: 'UID FETCH',
      values: ['1', 'x'],
    });
  });

  test('the message of APPEND is left on the connection, other literals are not', async () => {
    const connection = whole('a APPEND {5}\r\nINBOX (\\Seen) "date" {99999}\r\n');
    const read = await connection.read();
    expect(read).toMatchObject({
      kind: 'command',
      command: { literal: { length: 99_999, isNonSynchronizing: false, isLiteral8: false } },
    });
    expect(connection.said()).toBe('+ send it\r\n');
  });
});

describe('refusals', () => {
  test.each<[string, unknown]>([
    ['a NOOP {501}\r\n', ['a', 'NO', 'TOOBIG']],
    [`a NOOP {400+}\r\n${'x'.repeat(400)} {101+}\r\n${'x'.repeat(101)}\r\n`, ['a', 'NO', 'TOOBIG']],
    [`a NOOP {501+}\r\n${'x'.repeat(501)} {3+}\r\nabc\r\n`, ['a', 'NO', 'TOOBIG']],
    [`a NOOP ${'x'.repeat(1000)}\r\n`, ['a', 'BAD', 'TOOBIG']],
    [`a NOOP {3+}\r\nabc${'x'.repeat(1000)}\r\n`, ['a', 'BAD', 'TOOBIG']],
    [`${'x'.repeat(2000)}\r\n`, ['x'.repeat(64), 'BAD', 'TOOBIG']],
    ['a\r\n', ['a', 'BAD', null]],
    ['\r\n', ['*', 'BAD', null]],
    ['a APPEND x (\\Seen {3+}\r\nabc\r\n', ['a', 'BAD', null]],
  ])('%j, and the next command is read', async (text, refusal) => {
    const connection = whole(`${text}next NOOP\r\n`);
    expect(await outline(connection.read())).toEqual(refusal);
    expect(await outline(connection.read())).toMatchObject({ tag: 'next', name: 'NOOP' });
    expect(connection.said()).toBe('');
  });

  test.each(['a NOOP {99999999+}\r\n', `a NOOP ${'x'.repeat(1000)} {3+}\r\n`])(
    '%j ends the connection: its octets would be read as commands',
    async (text) => {
      await expect(whole(`${text}next NOOP\r\n`).read()).rejects.toThrow(Bye);
    },
  );
});

describe('RFC 7888 §4: refused literals that go on and on', () => {
  const chain = (links: number): string =>
    `a LOGIN {501+}\r\n${'x'.repeat(501)}${' {1+}\r\nx'.repeat(links)}\r\n`;

  test('within the maximum all of them are thrown away, and the next command is read', async () => {
    const connection = whole(`${chain(500)}next NOOP\r\n`);
    expect(await outline(connection.read())).toEqual(['a', 'NO', 'TOOBIG']);
    expect(await outline(connection.read())).toMatchObject({ tag: 'next', name: 'NOOP' });
  });

  test('all octets of a command count together, its lines too: beyond the maximum the connection ends', async () => {
    for (const text of [chain(5000), `a LOGIN {501+}\r\n${'x'.repeat(501)}${' {0+}\r\n'.repeat(2000)}\r\n`]) {
      const connection = whole(`${text}next NOOP\r\n`);
      await expect(connection.read()).rejects.toThrow(Bye);
    }
  });

  test('a long chain takes no stack and no memory: it is a loop', async () => {
    const links = 100_000;
    const parts = Array.from({ length: 100 }, () => Buffer.from(' {0+}\r\n'.repeat(links / 100)));
    const held: number[] = [];
    const look = (): void => {
      collectGarbage();
      held.push(process.memoryUsage().heapUsed);
    };
    const refused = [Buffer.from('a LOGIN {501+}\r\n'), Buffer.alloc(501, 'x'), ...parts];
    const rest = Buffer.from('\r\nnext NOOP\r\n');
    const connection = wire([...refused, rest], { ...LIMITS, discarded: 10_000_000 }, look);
    look();
    expect(await outline(connection.read())).toEqual(['a', 'NO', 'TOOBIG']);
    // The recursion that this replaces held some 650 octets a link, all of them before the last octets come.
    const [before = 0, atItsEnd = Number.NaN] = held;
    expect(atItsEnd - before).toBeLessThan(links * 300);
    expect(await outline(connection.read())).toMatchObject({ tag: 'next', name: 'NOOP' });
  });
});

test('what is read does not depend on how it is cut', async () => {
  const argument = fc.oneof(
    fc.stringMatching(/^[a-z]{1,8}$/),
    fc.stringMatching(/^[a-z {}"]{0,8}$/).map((text) => `"${text.replaceAll('"', '\\"')}"`),
    fc.string({ unit: 'binary-ascii', maxLength: 12 }).map((text) => {
      const octets = text.replaceAll('\0', '');
      return `{${octets.length}+}\r\n${octets}`;
    }),
  );
  const command = fc
    .array(argument, { maxLength: 4 })
    .map((values) => ['t LOGIN', ...values].join(' ') + '\r\n');
  await fc.assert(
    fc.asyncProperty(
      fc.array(command, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 20 }),
      async (commands, size) => {
        const octets = Buffer.from(commands.join(''), 'latin1');
        const chunks: Buffer[] = [];
        for (let at = 0; at < octets.length; at += size) chunks.push(octets.subarray(at, at + size));
        const [cut, together] = [wire(chunks), wire([octets])];
        for (const _ of commands) expect(await outline(cut.read())).toEqual(await outline(together.read()));
      },
    ),
    { numRuns: 200 },
  );
});
