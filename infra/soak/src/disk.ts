// A small disk of its own (tmpfs) for a state directory, which can be filled to the last octet and run out of names,
// and emptied again. Needs root; without it there are no such faults.
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  rmSync,
  statfsSync,
  unlinkSync,
  writeFileSync,
  openSync,
  writeSync,
  closeSync,
} from 'node:fs';
import { join } from 'node:path';

const FILLER = '.soak-filler';
const CHUNK = Buffer.alloc(1024 * 1024);

export function canMount(): boolean {
  return process.getuid?.() === 0;
}

export class SmallDisk implements Disposable {
  readonly path: string;

  constructor(path: string, options: { mib: number; files: number }) {
    this.path = path;
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const size = `size=${options.mib}m,nr_inodes=${options.files},mode=0700`;
    execFileSync('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', path]);
  }

  /** Takes all room there is; `hold` calls it again and again, so that what others give back is taken as well. */
  fill(): void {
    const file = this.#openFiller();
    // No name is left for it: the next call takes the room, if that fault is over by then.
    if (file === null) return;
    try {
      for (let size = CHUNK.length; size >= 512; size /= 2) writeUntilFull(file, CHUNK.subarray(0, size));
    } finally {
      closeSync(file);
    }
  }

  #openFiller(): number | null {
    try {
      return openSync(join(this.path, FILLER), 'a', 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return null;
      throw error;
    }
  }

  /** Takes all names there are: files that are open go on, no new one can be made. */
  useUpNames(): void {
    const directory = join(this.path, `${FILLER}-names`);
    mkdirSync(directory, { recursive: true });
    const { ffree } = statfsSync(this.path);
    const begin = readdirSync(directory).length;
    for (let index = 0; index < ffree; index++) {
      try {
        writeFileSync(join(directory, String(begin + index)), '');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
        throw error;
      }
    }
  }

  empty(): void {
    rmSync(join(this.path, `${FILLER}-names`), { recursive: true, force: true });
    try {
      unlinkSync(join(this.path, FILLER));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  [Symbol.dispose](): void {
    // Lazy: whatever still holds a file there is being taken down.
    execFileSync('umount', ['-l', this.path]);
  }
}

function writeUntilFull(file: number, chunk: Buffer): void {
  try {
    while (writeSync(file, chunk) === chunk.length);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}
