// One rig (an installation with small disks, a scanner, a far side, people) for all tests of a file.
import { createFolders } from '@pochtar/soak/mailboxes';
import { openRig, type Rig } from '@pochtar/soak/rig';
import { temporaryDirectory } from '@pochtar/testkit';
import { afterAll, beforeAll } from 'vitest';

/** Brought up before the first test and taken down after the last one; what it returns gives it to a test. */
export function rigOfFile(): () => Rig {
  const directory = temporaryDirectory();
  let rig: Rig | undefined;
  beforeAll(async () => {
    rig = await openRig(directory.path);
    await createFolders(rig);
  }, 300_000);
  afterAll(async () => {
    await rig?.[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  }, 120_000);
  return () => {
    if (rig === undefined) throw new Error('the rig is not up');
    return rig;
  };
}
