import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      ...['libs/**/*.test.ts', 'services/**/*.test.ts', 'infra/**/*.test.ts', 'tests/**/*.test.ts'],
      // They need a Chromium, which they do not bring themselves yet.
      ...(process.env['POCHTAR_BROWSER_TESTS'] === '1' ? ['services/**/*.browser.ts'] : []),
    ],
    exclude: ['**/node_modules/**', 'var/**'],
    // One Postgres with a migrated template for the whole run.
    globalSetup: ['libs/testkit/src/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
