// A directory on a disk that is full or is not, as a test wants: a link to a file system that has no room at all, or to a
// directory with room. Needs no rights, and what is asked of it is answered by the kernel.
import { rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';

export interface SwitchableDisk {
  readonly path: string;
  fill(): void;
  empty(): void;
}

/** `path` must not be there yet; it begins with room. */
export function switchableDisk(path: string): SwitchableDisk {
  const leadTo = (target: string): void => {
    rmSync(path, { force: true });
    symlinkSync(target, path);
  };
  leadTo(tmpdir());
  return { path, fill: () => leadTo('/proc'), empty: () => leadTo(tmpdir()) };
}
