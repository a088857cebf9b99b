import { expect, test } from 'vitest';
import { hasRoomInMemory, type Machine } from './test-directory.ts';

const GIB = 1024 ** 3;
const roomy: Machine = {
  mounts: '/dev/vda / ext4 rw 0 0\ntmpfs /dev/shm tmpfs rw,relatime 0 0\n',
  free: 8 * GIB,
  available: 12 * GIB,
};

test.each<[string, Partial<Machine>, boolean]>([
  ['is taken where there is plenty', {}, true],
  ['is left alone where it is small, as in a container', { free: 64 * 1024 ** 2 }, false],
  ['is left alone where programs need it', { available: 4 * GIB }, false],
  [
    'is left alone where no program may be started from it',
    { mounts: 'shm /dev/shm tmpfs rw,noexec 0 0' },
    false,
  ],
  ['is left alone where it is none', { mounts: '/dev/vda / ext4 rw 0 0' }, false],
])('memory for what tests keep %s', (_, changed, isTaken) => {
  expect(hasRoomInMemory({ ...roomy, ...changed })).toBe(isTaken);
});
