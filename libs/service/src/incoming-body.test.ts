import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { eventually, temporaryDirectory } from '@pochtar/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { BodyMemory, IncomingBody } from './incoming-body.ts';

const directory = temporaryDirectory();
afterAll(() => directory[Symbol.dispose]());
const trace = Buffer.from('Return-Path: <>\r\n');

function body(memory: BodyMemory, more: { maxSize?: number; maxInMemory?: number } = {}): IncomingBody {
  return new IncomingBody({
    trace,
    maxSize: more.maxSize ?? 10_000_000,
    maxInMemory: more.maxInMemory ?? 100_000,
    memory,
    spoolDirectory: directory.path,
  });
}

const chunk = Buffer.from(`${'0123456789'.repeat(10)}\r\n`.repeat(160));

async function bytesOf({ parts, read }: Awaited<ReturnType<IncomingBody['complete']>>): Promise<Buffer> {
  if (parts) return Buffer.concat(parts);
  const pieces: Buffer[] = [];
  for await (const piece of read()) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('a body', () => {
  test.each([
    [1, true],
    [5, true],
    [300, false],
  ])('of %i chunks is complete, hashed and scanned; in memory: %s', async (count, isInMemory) => {
    const memory = new BodyMemory(50_000_000);
    const incoming = body(memory);
    for (let index = 0; index < count; index++) {
      incoming.write(chunk);
      // As the reader does: some chunks come in one turn, others after a pause.
      if (index % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
      if (incoming.busy) await incoming.busy;
    }
    const complete = await incoming.complete();
    const wanted = Buffer.concat([trace, ...Array.from({ length: count }, () => chunk)]);
    expect(complete.parts !== null).toBe(isInMemory);
    expect((await bytesOf(complete)).equals(wanted)).toBe(true);
    expect(complete.sha256.equals(createHash('sha256').update(wanted).digest())).toBe(true);
    expect([complete.size, complete.scan.size]).toEqual([wanted.length, wanted.length]);
    incoming.discard();
    expect(memory.used).toBe(0);
    expect(readdirSync(directory.path)).toEqual([]);
  });

  test('that comes octet by octet is not kept octet by octet', async () => {
    const memory = new BodyMemory(50_000_000);
    const incoming = body(memory);
    const octets = Buffer.from('x'.repeat(2000));
    for (let at = 0; at < octets.length; at++) incoming.write(octets.subarray(at, at + 1));
    const complete = await incoming.complete();
    expect(complete.parts?.length).toBeLessThan(300);
    expect((await bytesOf(complete)).equals(Buffer.concat([trace, octets]))).toBe(true);
    incoming.discard();
    expect(memory.used).toBe(0);
  });

  test('over the size limit is counted and not kept', async () => {
    const memory = new BodyMemory(50_000_000);
    const incoming = body(memory, { maxSize: 50_000 });
    for (let index = 0; index < 100; index++) incoming.write(chunk);
    expect(incoming.isTooLarge).toBe(true);
    expect(incoming.received).toBe(100 * chunk.length);
    expect(memory.used).toBe(0);
    incoming.discard();
  });

  test('goes to the spool file when all bodies together take too much memory', async () => {
    const memory = new BodyMemory(40_000);
    const bodies = [body(memory), body(memory), body(memory)];
    for (const incoming of bodies) for (let index = 0; index < 2; index++) incoming.write(chunk);
    await eventually(() => memory.used <= memory.limit);
    for (const incoming of bodies) {
      expect((await bytesOf(await incoming.complete())).length).toBe(trace.length + 2 * chunk.length);
      incoming.discard();
    }
    expect(memory.used).toBe(0);
  });

  test('that can not be spooled fails with the reason, and gives its memory back', async () => {
    const memory = new BodyMemory(50_000_000);
    const incoming = new IncomingBody({
      trace,
      maxSize: 10_000_000,
      maxInMemory: 10_000,
      memory,
      spoolDirectory: `${directory.path}/absent`,
    });
    incoming.write(chunk);
    await expect(incoming.complete()).rejects.toThrow(/ENOENT/);
    incoming.discard();
    expect(memory.used).toBe(0);
  });

  test('that is discarded while it is written gives memory and file back', async () => {
    const memory = new BodyMemory(50_000_000);
    const incoming = body(memory);
    for (let index = 0; index < 50; index++) incoming.write(chunk);
    incoming.discard();
    incoming.write(chunk);
    await eventually(() => expect([memory.used, readdirSync(directory.path)]).toEqual([0, []]));
  });
});
