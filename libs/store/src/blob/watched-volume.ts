// A real volume with somebody watching, for tests: sees every write, and can make one fail or wait.
import type { Volume } from './volume.ts';

export interface Watcher {
  /** Before the n-th write or PUT (from 1); throwing makes it fail, waiting makes it slow. */
  beforeWrite?: (count: number) => Promise<void> | void;
  /** After its bytes are durable. */
  afterWrite?: (count: number) => void;
  /** Before a range is read. */
  beforeRead?: (start: number, end: number) => void;
}

export function watchedVolume(volume: Volume, watcher: Watcher): Volume {
  let count = 0;
  const watched = async (write: () => Promise<void>): Promise<void> => {
    const mine = ++count;
    await watcher.beforeWrite?.(mine);
    await write();
    watcher.afterWrite?.(mine);
  };
  const { openPack } = volume;
  return {
    id: volume.id,
    name: volume.name,
    kind: volume.kind,
    readSize: volume.readSize,
    mayTakePacks: () => volume.mayTakePacks(),
    openPack: openPack
      ? async (packId) => {
          const pack = await openPack(packId);
          return {
            write: (parts, position) => watched(() => pack.write(parts, position)),
            seal: (size) => pack.seal(size),
            discard: () => pack.discard(),
          };
        }
      : null,
    putPack: (packId, body, length) => watched(() => volume.putPack(packId, body, length)),
    read: (packId, start, end) => {
      watcher.beforeRead?.(start, end);
      return volume.read(packId, start, end);
    },
    packSize: (packId) => volume.packSize(packId),
    truncatePack: (packId, size) => volume.truncatePack(packId, size),
    removePack: (packId) => volume.removePack(packId),
    listPacks: () => volume.listPacks(),
    freeBytes: () => volume.freeBytes(),
    check: () => volume.check(),
    readMark: () => volume.readMark(),
    writeMark: (mark) => volume.writeMark(mark),
    [Symbol.asyncDispose]: () => volume[Symbol.asyncDispose](),
  };
}
