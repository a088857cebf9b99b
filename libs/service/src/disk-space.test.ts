import { Health, silentLogger } from '@pochtar/runtime';
import { eventually, temporaryDirectory } from '@pochtar/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import { DiskSpace, isDiskFull, NoRoom } from './disk-space.ts';
import { BodyMemory, IncomingBody, storeBody } from './incoming-body.ts';

const directory = temporaryDirectory();
afterAll(() => directory[Symbol.dispose]());
const MB = 1024 * 1024;

/** A disk with so many megabytes free and a mark of ten. */
async function disk(freeMb: number, health = new Health()) {
  const state = { freeMb, markMb: 10 };
  const space = await DiskSpace.open({
    blobs: { freeBytes: async () => state.freeMb * MB },
    spoolDirectory: directory.path,
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
    for (const { reason } of refused) expect(isDiskFull(reason)).toBe(true);
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

test('a full disk is found behind the errors that were made of it', () => {
  const full = Object.assign(new Error('write'), { code: 'ENOSPC' });
  expect(isDiskFull(new Error('outer', { cause: new Error('inner', { cause: full }) }))).toBe(true);
  expect(isDiskFull(new NoRoom())).toBe(true);
  expect(isDiskFull(new Error('other'))).toBe(false);
  expect(isDiskFull('text')).toBe(false);
});
