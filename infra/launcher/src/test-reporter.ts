// A vitest reporter that counts: how many tests passed and failed, for the last line of `pochtar test`. A test file
// that could not be loaded and an error outside of any test count as one failure each.
import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

export interface TestCounts {
  passed: number;
  failed: number;
  /** Passed on a second try only (vitest.config.ts: `retry`): file and title. */
  unsteady: string[];
}

/** Named by the launcher; the counts are written there. */
export const countsFileVariable = 'POCHTAR_TEST_COUNTS';

export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts: TestCounts = { passed: 0, failed: unhandledErrors.length, unsteady: [] };
    for (const module of modules) {
      const before = counts.failed;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') counts.passed++;
        else if (state !== 'skipped') counts.failed++;
        if (test.diagnostic()?.flaky === true)
          counts.unsteady.push(`${module.relativeModuleId}: ${test.fullName}`);
      }
      if (!module.ok() && counts.failed === before) counts.failed++;
    }
    const file = process.env[countsFileVariable];
    if (file) writeFileSync(file, JSON.stringify(counts));
  }
}
