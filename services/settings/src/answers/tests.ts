// admin.test.run: makes whole documents of a draft, and has them tried by the program that would use them (docs/adr/0018).
//
// A test reaches out, so it could be used to look for open ports: administrators only, so many a minute, a few at once,
// each one in the audit log with what it was pointed at. The log itself is the count: replicas share it.
import {
  adminTest,
  answerAdmin,
  type AskedSettingsTest,
  BusAway,
  done,
  performTest,
  type Progress,
  progressAt,
  settingsTest,
  TEST_MS,
  type Tester,
  testersOf,
  type TestEvent,
  testEvent,
  type TestRequest,
  testResult,
  type TestVerdict,
  withProgress,
} from '@pochtar/bus';
import { fewAtATime } from '@pochtar/service';
import { complaint, joined, type Settings, settingsTests, type SectionName, text } from '@pochtar/settings';
import { settingsWith } from '../change-settings.ts';
import type { Context, Refusal } from '../context.ts';
import { refusal } from '../settings-errors.ts';
import { certificateTest } from '../test-certificates.ts';

/** Over the time of the test itself, for the way. */
const SPARE_MS = 4000;

export function answerTests(context: Context): { stop(): Promise<void> }[] {
  const few = fewAtATime(context, 'test.run');
  return [
    answerAdmin(context, adminTest.run, (request, asker) => few(asker, () => answer(context, request))),
  ];
}

async function answer(context: Context, request: AskedSettingsTest) {
  const { kind, values, secrets = {}, progress } = request;
  const foreign = [...Object.keys(values), ...Object.keys(secrets)].find(
    (name) => !settingsTests[kind].sections.includes(name as SectionName),
  );
  if (foreign !== undefined) return notTested(kind, foreign);
  const names = [...new Set([...Object.keys(values), ...Object.keys(secrets)])];
  const changes = names.map((section) => ({
    section,
    patch: values[section] ?? {},
    secrets: secrets[section] ?? {},
  }));
  const draft = await settingsWith(context.db, changes);
  if (!draft.ok) return draft;
  const asked = {
    ...request,
    secret: Object.values(secrets).flatMap((some) => Object.values(some))[0] ?? null,
  };
  const work = (told: Progress<TestEvent>) => tried(context, draft.settings, asked, told);
  if (progress === undefined)
    return done(await work({ report: () => {}, signal: AbortSignal.timeout(TEST_MS) }));
  // What the test tells is told on; what takes it back, takes it back where it runs.
  return done(await withProgress(context.bus, progress, TEST_MS + SPARE_MS, work));
}

type Asked = AskedSettingsTest & { secret: string | null };

async function tried(
  context: Context,
  settings: Settings,
  { kind, secret, useStoredSecret, only }: Asked,
  told: Progress<TestEvent>,
): Promise<TestVerdict> {
  const given = settingsTests[kind].sections.map((name) => [name, settings[name]]);
  const request = {
    ...{ kind, secret, useStoredSecret },
    settings: JSON.parse(JSON.stringify(Object.fromEntries(given))) as TestRequest['settings'],
    ...(only !== undefined && { only }),
  };
  const testers = testersOf[kind];
  if (testers.length === 0) {
    const test = kind === 'certificate' ? certificateTest(context) : undefined;
    return performTest(context.log, test, request, told);
  }
  using inbox = progressAt(context.bus, testEvent, (event) => told.report(event));
  const cancel = (): void => inbox.cancel();
  told.signal.addEventListener('abort', cancel);
  const asked = { ...request, progress: inbox.subject };
  return worst(await Promise.all(testers.map((tester) => askTester(context, tester, asked))));
}

async function askTester({ bus, log }: Context, tester: Tester, request: TestRequest): Promise<TestVerdict> {
  try {
    return await bus.ask(settingsTest(tester), request, TEST_MS + SPARE_MS);
  } catch (error) {
    if (error instanceof BusAway) throw error;
    log.warn({ err: error, tester, kind: request.kind }, 'a test of settings was not answered');
    return testResult.unknown(
      `процесс ${tester} не отвечает: проверять нечем`,
      `the process ${tester} does not answer: nothing can be tested`,
      text('запустите его и повторите', 'start it and try again'),
    );
  }
}

const RANK = { good: 0, unknown: 1, bad: 2 } as const;

/** Of several programs: what is bad counts more than what is not known. */
function worst(verdicts: readonly TestVerdict[]): TestVerdict {
  const rank = Math.max(...verdicts.map(({ verdict }) => RANK[verdict]));
  const worstOnes = verdicts.filter(({ verdict }) => RANK[verdict] === rank);
  const [first] = worstOnes;
  if (first === undefined) throw new RangeError('nobody was asked');
  return { ...first, text: joined(worstOnes.map((one) => one.text)) };
}

function notTested(kind: TestRequest['kind'], section: string): Refusal {
  const known = settingsTests[kind].sections.join(', ');
  const message = text(
    `этой проверке нужны только разделы ${known}`,
    `this test takes only the sections ${known}`,
  );
  return refusal([complaint({ section: section.slice(0, 64), field: '' }, 'notTested', message)]);
}
