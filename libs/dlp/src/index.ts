// What data loss prevention can see: texts of mails and files, what is found in them, and likeness to documents. It judges
// nothing and opens nothing; the heavy libraries are loaded in the threads that look.

export { detectorNames, type DetectorName } from './detectors.ts';
export { compileExpression, loadExpressions, MAX_EXPRESSION } from './expression.ts';
export type { SeenFile, Unread } from './extract/extraction.ts';
export { excerpt } from './find.ts';
export { type KeptMark, sharePercent } from './fingerprint.ts';
export type { Findings, Search, Sight } from './look.ts';
export { type Ended, Threads } from './threads.ts';
export type { DocumentPrint } from './read-document.ts';
