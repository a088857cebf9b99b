import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Those with whole installations take minutes each: begun last, one of them would run on alone at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean =>
      /\/infra\/(acceptance|launcher)\//.test(moduleId);
    const rest = await super.sort(files.filter((file) => !isLong(file)));
    return [...files.filter(isLong).sort((a, b) => a.moduleId.localeCompare(b.moduleId)), ...rest];
  }
}

export default defineConfig({
  test: {
    include: [
      ...['libs/**/*.test.ts', 'services/**/*.test.ts', 'infra/**/*.test.ts', 'tests/**/*.test.ts'],
      'services/**/*.browser.ts',
    ],
    exclude: ['**/node_modules/**', 'var/**'],
    // One Postgres with a migrated template for the whole run.
    globalSetup: ['libs/testkit/src/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    sequence: { sequencer: LongestFirst },
    pool: 'forks',
    maxWorkers: 2,
  },
});
