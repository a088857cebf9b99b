// A file that somebody wants to be protected, as what is kept of it: its fingerprints, and nothing of its text.
import { extractFile } from './extract/extract.ts';
import type { Limits, Unread } from './extract/extraction.ts';
import { fingerprint, type KeptMark, keptMarks } from './fingerprint.ts';

export interface DocumentTask {
  document: Uint8Array;
  name: string;
  limits: Partial<Limits>;
}

export interface DocumentPrint {
  words: number;
  marks: KeptMark[];
  unread: Unread[];
}

export async function readDocument({ document, name, limits }: DocumentTask): Promise<DocumentPrint> {
  const bytes = Buffer.from(document.buffer, document.byteOffset, document.length);
  const { texts, unread } = await extractFile({ name, bytes }, limits);
  const print = fingerprint(texts.join('\n'));
  return { words: print.words, marks: keptMarks(print), unread };
}
