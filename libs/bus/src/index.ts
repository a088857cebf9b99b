// The bus: subjects and payload schemas, streams, the order of the filters; publish, consume, ask, answer.
export * from './admin/index.ts';
export { removeIfAstray } from './astray.ts';
export * from './auth-check.ts';
export * from './auth-scram.ts';
export * from './hook-try.ts';
export { type KnownSpf, spfCheck, type SpfRequest } from './spf-check.ts';
export { type Backlog, backlog } from './backlog.ts';
export * from './bus.ts';
export * from './consume.ts';
export * from './filter-order.ts';
export { fetchPieces, type Offered, offerPieces } from './pieces.ts';
export * from './progress.ts';
export * from './settings-link.ts';
export {
  answerTests,
  performTest,
  type RunTest,
  settingsTest,
  TEST_MS,
  type Tester,
  testers,
  testersOf,
  type TestEvent,
  testEvent,
  testKinds,
  type TestRequest,
  testResult,
  type TestRun,
  type TestVerdict,
  testVerdict,
} from './settings-test.ts';
export * from './streams.ts';
export * from './subjects.ts';
export {
  MAX_TOLD_PREFIX,
  MAX_TRIED_BYTES,
  MAX_TRIED_RECIPIENTS,
  TRIER_MS,
  type Trier,
  type TrierSaid,
  type TriedEnvelope,
  tryQuestion,
  type TryReply,
  type TryRequest,
} from './try-mail.ts';
export {
  absences,
  type BookProgram,
  bookPrograms,
  MAX_BOOK_TEXT,
  TRY_BOOK_MS,
  tryBook,
  type TriedBook,
  type TryBookRequest,
} from './try-book.ts';
