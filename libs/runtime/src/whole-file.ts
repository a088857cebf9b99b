// Small files that a power cut must not leave half written: facts of a run, secrets, marks. Written beside their place,
// made durable, renamed into it; whoever reads them takes a broken one for absent.
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Puts `text` in place of the file's contents, whole and durable, or leaves what was there. `mode`: of the file. */
export function writeWhole(file: string, text: string, mode = 0o600): void {
  const part = `${file}.${process.pid}.part`;
  try {
    const descriptor = openSync(part, 'w', mode);
    try {
      // Neither the umask nor a part that was left behind decides.
      fchmodSync(descriptor, mode);
      writeSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
  syncDirectory(dirname(file));
}

/** Makes the names in a directory durable. */
export function syncDirectory(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The JSON of a file as `shape` makes it; undefined when it is absent, cut off, or `shape` makes nothing of it. */
export function readFacts<Facts>(
  file: string,
  shape: (value: Record<string, unknown>) => Facts | undefined,
): Facts | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return shape(value as Record<string, unknown>);
  } catch {
    return undefined;
  }
}
