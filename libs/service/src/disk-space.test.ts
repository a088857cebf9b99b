import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Health, silentLogger } from '@pochtar/runtime';
import { openDatabase } from '@pochtar/store/db';
import { createTestDatabase, eventually, switchableDisk, temporaryDirectory } from '@pochtar/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { DiskSpace, isOutOfRoom, NoRoom } from './disk-space.ts';
import { BodyMemory, IncomingBody, storeBody } from './incoming-body.ts';

const directory = temporaryDirectory();
afterAll(() => directory[Symbol.dispose]());
const MB = 1024 * 1024;

/** A disk with so many megabytes free and a mark of ten. */
async function disk(freeMb: number, health = new Health(), databaseDirectory?: string) {
  const state = { freeMb, markMb: 10 };
  const space = await DiskSpace.open({
    blobs: { freeBytes: async () => state.freeMb * MB },
    spoolDirectory: directory.path,
    databaseDirectory,
    settings: { current: () => ({ address: '', diskLowWaterMb: state.markMb }) },
    log: silentLogger(),
    health,
  });
  return { state, space, health };
}

const payload = Buffer.alloc(MB, 'x');

describe('a low-water mark', () => {
  test('is not passed by mails that come at the same moment: together they stop at it', async () => {
    const { space } = await disk(30);
    const memory = new BodyMemory(1000 * MB);
    const bodies = Array.from(
      { length: 5 },
      () =>
        new IncomingBody({
          maxSize: 50 * MB,
          maxInMemory: 50 * MB,
          memory,
          spoolDirectory: directory.path,
          disk: space,
        }),
    );
    // 5 × 10 MB, in turns, where 20 MB may be taken.
    for (let turn = 0; turn < 10; turn++) for (const body of bodies) body.write(Buffer.from(payload));
    const outcomes = await Promise.allSettled(bodies.map((body) => body.complete()));
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.length).toBeGreaterThanOrEqual(3);
    for (const { reason } of refused) expect(isOutOfRoom(reason)).toBe(true);
    expect(memory.used).toBeLessThanOrEqual(20 * MB);
    for (const body of bodies) body.discard();
    expect([memory.used, space.isLow]).toEqual([0, false]);
    space[Symbol.dispose]();
  });

  test('counts what was written since the last measurement, and the spool file beside the pack', async () => {
    const { space } = await disk(100);
    const memory = new BodyMemory(0);
    const body = new IncomingBody({ maxSize: 50 * MB, memory, spoolDirectory: directory.path, disk: space });
    for (let count = 0; count < 20; count++) {
      body.write(Buffer.from(payload));
      if (body.busy) await body.busy;
    }
    const complete = await body.complete();
    // 20 MB in the spool file, 20 MB that the pack will take: 50 of 90 are left.
    expect([space.hasRoomFor(50 * MB), space.hasRoomFor(50 * MB + 1)]).toEqual([true, false]);
    const blobs = { putStream: async () => ({ packId: '', offset: 0, length: 0 }) } as never;
    await storeBody(blobs, 'id', complete);
    body.discard();
    expect([space.hasRoomFor(50 * MB), space.hasRoomFor(50 * MB + 1)]).toEqual([true, false]);
    await eventually(async () => {
      await space.measure();
      expect(space.hasRoomFor(90 * MB)).toBe(true);
    });
    space[Symbol.dispose]();
  });

  test('is part of the health of a process that takes mail, and it is ready again by itself', async () => {
    const { state, space, health } = await disk(30);
    expect(health.ready).toBe(true);
    state.freeMb = 9;
    await eventually(() =>
      expect(health.faults()['disk']).toMatch(/^9 MB free, less than alerts\.diskLowWaterMb/),
    );
    state.freeMb = 30;
    await eventually(() => expect(health.ready).toBe(true));
    space[Symbol.dispose]();
  });
});

describe('the disk of the database', () => {
  test('counts beside those of the bodies, and the health says which one is low', async () => {
    const database = switchableDisk(join(directory.path, 'database'));
    const { space, health } = await disk(30, new Health(), database.path);
    expect([space.isLow, health.ready]).toEqual([false, true]);
    database.fill();
    await space.measure();
    expect([space.isLow, space.hasRoomFor(0)]).toEqual([true, false]);
    const claim = space.claim();
    expect(claim.grow(1)).toBe(false);
    claim.release();
    expect(health.faults()['disk']).toMatch(
      /^0 MB free, less than .* on the disk of the database: free space/,
    );
    database.empty();
    await space.measure();
    expect([space.isLow, health.ready]).toEqual([false, true]);
    space[Symbol.dispose]();
  });

  test('takes no bodies: only the disks that do have to have room for them', async () => {
    const { space } = await disk(30, new Health(), directory.path);
    expect([space.hasRoomFor(20 * MB), space.hasRoomFor(21 * MB)]).toEqual([true, false]);
    space[Symbol.dispose]();
  });

  test('that cannot be measured hides no other one', async () => {
    const { state, space, health } = await disk(30, new Health(), join(directory.path, 'not-there'));
    expect(health.ready).toBe(true);
    state.freeMb = 9;
    await space.measure();
    expect(health.faults()['disk']).toMatch(/on the disk of the mail volume/);
    space[Symbol.dispose]();
  });

  test('needs no right to read the directory', async () => {
    const closed = join(directory.path, 'closed');
    mkdirSync(closed, { mode: 0o000 });
    const { space } = await disk(30, new Health(), closed);
    expect(space.isLow).toBe(false);
    space[Symbol.dispose]();
  });
});

test('a full disk is found behind the errors that were made of it', () => {
  const full = Object.assign(new Error('write'), { code: 'ENOSPC' });
  expect(isOutOfRoom(new Error('outer', { cause: new Error('inner', { cause: full }) }))).toBe(true);
  expect(isOutOfRoom(new NoRoom())).toBe(true);
  expect(isOutOfRoom(new Error('other'))).toBe(false);
  expect(isOutOfRoom('text')).toBe(false);
});

test('a database that is full, or out of memory, has no room, either; one with too many connections has', async () => {
  await using database = await createTestDatabase();
  await using db = openDatabase({ url: database.superuserUrl });
  const isFull = async (code: string): Promise<boolean> => {
    const text = `do $$ begin raise exception 'refused' using errcode = '${code}'; end $$`;
    const error = await db.query({ text }).catch((reason: unknown) => reason);
    return isOutOfRoom(new Error('outer', { cause: error }));
  };
  expect(await Promise.all(['53100', '53200', '53400', '53300', '23505'].map(isFull))).toEqual([
    ...[true, true, true],
    ...[false, false],
  ]);
});
