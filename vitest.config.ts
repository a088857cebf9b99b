import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Whole installations and browsers: each keeps both cores busy. */
const whole = [
  'infra/acceptance/src/*.{test,browser}.ts',
  'infra/launcher/tests/*.test.ts',
  'services/console/tests/web/*.browser.ts',
];

/** These take longest, in this order: one of them, begun last, would run on alone at the end. */
const longest = [
  'infra/acceptance/src/console.browser.ts',
  'infra/launcher/tests/up.test.ts',
  'infra/acceptance/src/faults.test.ts',
  'infra/acceptance/src/live-settings.test.ts',
  'services/console/tests/web/settings.browser.ts',
  'services/console/tests/web/pages.browser.ts',
  'services/console/tests/web/foreign.browser.ts',
  'services/filter/tests/crash.test.ts',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number =>
      longest.findIndex((path) => moduleId.endsWith(`/${path}`));
    const rest = await super.sort(files.filter((file) => place(file) < 0));
    const first = files.filter((file) => place(file) >= 0).sort((a, b) => place(a) - place(b));
    return [...first, ...rest];
  }
}

/** Tests of what computes, beside the files they test: no servers. */
const pure = [
  'libs/{mail,settings,runtime,dlp}/src/**/*.test.ts',
  'libs/sieve/**/*.test.ts',
  'services/*/src/**/*.test.ts',
  'services/console/web/**/*.test.ts',
  'infra/reference/**/*.test.ts',
];
const never = ['**/node_modules/**', 'var/**'];

/** Programs of others that are large: only where everything is run as a whole. */
const long = process.env['POCHTAR_TEST_LONG'] === '1' ? ['services/**/*.long.ts'] : [];

/** One Postgres with a migrated template for the whole run. */
const globalSetup = ['libs/testkit/src/global-setup.ts'];
/** One more than the smallest machine has cores: installations wait for each other's clients a tenth of their time. */
const busy = { maxWorkers: 3, sequence: { groupOrder: 0, sequencer: LongestFirst } };
/** One server a file, which its test waits for now and then; nothing is kept in modules, which are loaded once a worker. */
const waiting = { maxWorkers: 4, isolate: false, sequence: { groupOrder: 1, sequencer: LongestFirst } };

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    pool: 'forks',
    // Against what never comes. A machine that is busy with others, too, takes twice as long as usual.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A machine that is not ours may stand still for seconds: there a test has a second try, and the end of the run names those
    // that needed it. Where they are worked on they have none.
    retry: process.env['CI'] === undefined ? 0 : 1,
    projects: [
      { extends: true, test: { name: 'whole', include: whole, exclude: never, globalSetup, ...busy } },
      { extends: true, test: { name: 'pure', include: pure, exclude: never, ...waiting } },
      {
        extends: true,
        test: {
          name: 'servers',
          include: [
            'libs/**/*.test.ts',
            'services/**/*.test.ts',
            'infra/**/*.test.ts',
            'tests/**/*.test.ts',
            ...long,
          ],
          exclude: [...never, ...pure, ...whole],
          globalSetup,
          ...waiting,
        },
      },
    ],
  },
});
