// Files that commands read and write. What goes wrong with one is a complaint that names it.
import { readFile } from 'node:fs/promises';
import { UsageError } from './input.ts';
import { text } from './language.ts';
import type { Session } from './session.ts';

/** Of a file, or of standard input (`-`). */
export function contentOf(session: Session, file: string): Promise<string> {
  return file === '-' ? session.readStdin() : orComplain(file, () => readFile(file, 'utf8'));
}

export async function orComplain<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(text(`${file}: ${reason}`, `${file}: ${reason}`));
  }
}
