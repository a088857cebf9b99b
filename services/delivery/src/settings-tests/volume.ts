// Tries the volume that mail is stored on: a pack of its own is stored, read in part, and removed.
import { randomBytes, randomUUID } from 'node:crypto';
import { type RunTest, testResult } from '@pochtar/bus';
import { printableForeign } from '@pochtar/mail';
import { text } from '@pochtar/settings';
import type { BlobStore, Volume } from '@pochtar/store/blob';

const { good, bad } = testResult;
const SIZE = 64 * 1024;
const RANGE = { start: 20_000, end: 50_000 };
const GB = 1024 ** 3;

export function volumeTest(blobs: Pick<BlobStore, 'volumes'>): RunTest {
  return async ({ say }) => {
    try {
      const volume = await blobs.volumes.current();
      const { name } = volume;
      say('volume', text(`хранилище «${name}»`, `the storage “${name}”`), true);
      await tryPack(volume, say);
      const free = await volume.freeBytes();
      if (free !== null) {
        const gigabytes = (free / GB).toFixed(1);
        say('free', text(`свободно ${gigabytes} Гб`, `${gigabytes} GB are free`), free > GB);
      }
      return good(
        `«${name}»: запись, чтение и удаление работают`,
        `“${name}”: storing, reading and removing work`,
      );
    } catch (error) {
      const reason = printableForeign((error as Error).message, 400);
      return bad(
        `хранилище не работает: ${reason}`,
        `the storage does not work: ${reason}`,
        text(
          'проверьте, что диск подключён и доступен для записи',
          'see that the disk is mounted and can be written',
        ),
      );
    }
  };
}

/** No row of a pack is written: nothing can refer to it, and a crash leaves what the search for orphans removes. */
async function tryPack(
  volume: Volume,
  say: (step: string, words: { ru: string; en: string }, ok: boolean) => void,
): Promise<void> {
  const packId = randomUUID();
  const body = randomBytes(SIZE);
  await volume.mayTakePacks();
  try {
    await volume.putPack(packId, [body], SIZE);
    say('put', text('запись: надёжно сохранено', 'storing: durable'), true);
    const part = await volume.read(packId, RANGE.start, RANGE.end);
    if (!part.equals(body.subarray(RANGE.start, RANGE.end)))
      throw new Error('what was read is not what was stored');
    say('read', text('чтение части: совпадает', 'reading a part: it is the same'), true);
  } finally {
    await volume.removePack(packId);
  }
  if ((await volume.packSize(packId)) !== null) throw new Error('what was removed is still there');
  say('remove', text('удаление: удалено', 'removing: it is gone'), true);
}
