// pochtar test [vitest arguments]: all tests, or those named; the last line is `N passed, N failed`.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { ensureChromium, ensureProgram, ensureSwiftProgram } from '@pochtar/native';
import { root } from '../paths.ts';
import { runCommand } from '../run-command.ts';
import { countsFileVariable, type TestCounts } from '../test-reporter.ts';

export async function test(args: string[]): Promise<number> {
  const tell = (text: string): void => void process.stderr.write(`pochtar: ${text}\n`);
  // Fetched once here rather than by several test files at the same time.
  const nats = await ensureProgram({ name: 'nats-server', debianPackage: 'nats-server', note: tell });
  await ensureProgram({ name: 'clamd', debianPackage: 'clamav-daemon', note: tell });
  await ensureProgram({ name: 'gsasl', debianPackage: 'gsasl', note: tell });
  await ensureChromium(tell);
  // It cannot be had everywhere; the tests that need it say so.
  await ensureSwiftProgram(tell).catch((error: Error) => tell(error.message));
  const dir = mkdtempSync(join(tmpdir(), 'pochtar-counts-'));
  const counts = join(dir, 'counts.json');
  try {
    const reporters = [
      '--reporter=default',
      `--reporter=${join(root, 'infra/launcher/src/test-reporter.ts')}`,
    ];
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const status = await runCommand(process.execPath, [vitest, 'run', ...reporters, ...args], {
      ...process.env,
      // Found there by whole installations as well, which would each unpack one of its own.
      PATH: [process.env['PATH'], dirname(nats.path)].filter(Boolean).join(delimiter),
      [countsFileVariable]: counts,
    });
    const { passed, failed } = readCounts(counts, status);
    process.stdout.write(`${passed} passed, ${failed} failed\n`);
    return failed > 0 ? 1 : status;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A run that ended without counting is a failure of its own. */
function readCounts(file: string, status: number): TestCounts {
  const counts = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as TestCounts) : undefined;
  if (!counts) return { passed: 0, failed: 1 };
  return status !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}
