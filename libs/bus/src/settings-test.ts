// Tests of settings before they are saved: which program runs which, what it is given, and what it says.
//
// The settings process is asked by people (admin.test.run), holds who may and how often, and makes whole documents of
// the draft; a test then runs where the real thing would: what can reach the outside, the scanner, the port.
import { z } from 'zod';
import { text } from './admin/problem.ts';
import type { Bus } from './bus.ts';
import { type Progress, progressInbox, withProgress } from './progress.ts';
import type { Question } from './subjects.ts';

/** As the forms of libs/settings place them (`settingsTests`). */
export const testKinds = [
  ...(['ports', 'certificate', 'relay', 'helo', 'volume', 'clamav', 'kaspersky', 'drweb'] as const),
  ...(['dnsbl', 'addressBook'] as const),
] as const;
export type TestKind = (typeof testKinds)[number];

export const testers = [
  'delivery',
  'filter-dnsbl',
  'filter-antivirus',
  'smtp',
  'imap',
  'pop3',
  'ldap',
] as const;
export type Tester = (typeof testers)[number];

/** Who runs it; several: each its part of it. The settings process runs what nobody else does. */
export const testersOf: Readonly<Record<TestKind, readonly Tester[]>> = {
  ports: ['smtp', 'imap', 'pop3'],
  certificate: [],
  relay: ['delivery'],
  helo: ['delivery'],
  volume: ['delivery'],
  clamav: ['filter-antivirus'],
  kaspersky: ['filter-antivirus'],
  drweb: ['filter-antivirus'],
  dnsbl: ['filter-dnsbl'],
  addressBook: ['ldap'],
};

/** How long one may take. */
export const TEST_MS = 30_000;

export const testEvent = z.object({
  at: z.iso.datetime(),
  /** A word for programs: `dns`, `connect`, `client`, `server`, `tls` … */
  step: z.string().max(64),
  text,
  /** Whether what it tells of is as it should be; absent where that cannot be said. */
  ok: z.boolean().optional(),
});
export type TestEvent = z.infer<typeof testEvent>;

export const testVerdict = z.object({
  verdict: z.enum(['good', 'bad', 'unknown']),
  text,
  /** What to do. */
  remedy: text.optional(),
});
export type TestVerdict = z.infer<typeof testVerdict>;

const verdict =
  (kind: TestVerdict['verdict']) =>
  (ru: string, en: string, remedy?: { ru: string; en: string }): TestVerdict => ({
    verdict: kind,
    text: { ru, en },
    ...(remedy !== undefined && { remedy }),
  });

/** `testResult.bad('…', '…', remedy)` */
export const testResult = {
  good: verdict('good'),
  bad: verdict('bad'),
  unknown: verdict('unknown'),
} as const;

const testRequest = z.object({
  progress: progressInbox,
  kind: z.enum(testKinds),
  /** Whole documents of the sections of this kind, valid together. */
  settings: z.record(z.string().max(64), z.record(z.string().max(64), z.json())),
  /** A secret as it was typed. Never kept, never told of. */
  secret: z.string().max(4000).nullable(),
  useStoredSecret: z.boolean(),
  /** Only this one of several: a zone. */
  only: z.string().max(400).optional(),
});
export type TestRequest = z.infer<typeof testRequest>;

/** Asked by the settings process alone. */
export function settingsTest(program: Tester): Question<TestRequest, TestVerdict> {
  return {
    name: `test.${program}`,
    queueGroup: program,
    request: testRequest,
    reply: testVerdict,
    purpose: `what ${program} finds when it tries settings that are not saved`,
  };
}

export interface TestRun extends Omit<TestRequest, 'progress' | 'kind'> {
  readonly say: (step: string, words: { ru: string; en: string }, ok?: boolean) => void;
  readonly signal: AbortSignal;
}

/** Throws only what is unexpected. */
export type RunTest = (run: TestRun) => Promise<TestVerdict>;

/** Tests under way at once in a process: they are beside its work. */
const CONCURRENCY = 4;

/** Answers the tests that this program runs. */
export function answerTests(
  bus: Bus,
  program: Tester,
  tests: Partial<Record<TestKind, RunTest>>,
): { stop(): Promise<void> } {
  return bus.answer(
    settingsTest(program),
    ({ progress, kind, ...request }) => runTest(bus, progress, tests[kind], request),
    { concurrency: CONCURRENCY },
  );
}

/** One test, to its end or the end of its time, for an asker that hears of its progress at a subject. */
function runTest(
  bus: Bus,
  progress: string,
  test: RunTest | undefined,
  request: Omit<TestRun, 'say' | 'signal'>,
): Promise<TestVerdict> {
  return withProgress<TestEvent, TestVerdict>(bus, progress, TEST_MS, (told) =>
    performTest(bus.log, test, request, told),
  );
}

/** The same where it is told to whoever gives `told`. */
export async function performTest(
  log: Bus['log'],
  test: RunTest | undefined,
  request: Omit<TestRun, 'say' | 'signal'>,
  { report, signal }: Progress<TestEvent>,
): Promise<TestVerdict> {
  if (test === undefined) return notHere;
  const say: TestRun['say'] = (step, { ru, en }, ok) => {
    const words = { ru: ru.slice(0, MAX_TEXT), en: en.slice(0, MAX_TEXT) };
    report({ at: new Date().toISOString(), step, text: words, ...(ok !== undefined && { ok }) });
  };
  const ended = new Promise<TestVerdict>((resolve) => {
    if (signal.aborted) resolve(notDone);
    signal.addEventListener('abort', () => resolve(notDone), { once: true });
  });
  try {
    // What does not hear the signal is not waited for.
    return await Promise.race([test({ ...request, say, signal }), ended]);
  } catch (error) {
    if (signal.aborted) return notDone;
    log.error({ err: error }, 'a test of settings failed');
    return failed;
  }
}

const MAX_TEXT = 600;

const notHere = testResult.unknown('в этой версии не проверяется', 'not available in this version');
const notDone = testResult.unknown(
  `проверка не закончена: отменена или не уложилась в ${TEST_MS / 1000} с`,
  `the test did not come to its end: cancelled, or not done within ${TEST_MS / 1000} s`,
);
const failed = testResult.unknown(
  'проверка не удалась по внутренней причине: подробности в журнале процесса',
  'the test failed for a reason of our own: the log of the process has the details',
);
