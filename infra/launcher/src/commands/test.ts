// pochtar test [--long] [vitest arguments]: all tests, or those named; the last line is `N passed, N failed`. With --long
// what the suite has a selection of is run as a whole: every process killed and hung, every disk full, a million malformed messages.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { ensureChromium, ensurePackage, ensureProgram, ensureSwiftProgram } from '@pochtar/native';
import { root } from '../paths.ts';
import { runCommand } from '../run-command.ts';
import { testDirectory } from '../test-directory.ts';
import { countsFileVariable, type TestCounts } from '../test-reporter.ts';

/** What single test files need of others' programs. */
const others = [
  { name: 'swaks', debianPackage: 'swaks' },
  { name: 'mbsync', debianPackage: 'isync' },
  { name: 'c-icap', debianPackage: 'libc-icap-mod-virus-scan' },
  { name: 'opendkim-testmsg', debianPackage: 'opendkim-tools' },
  { name: 'ldapsearch', debianPackage: 'ldap-utils' },
];
const othersModules = ['libnet-ssleay-perl', 'python3-dkim', 'python3-authres', 'python3-ldap'];

/** While the first files run, rather than one after the other by those that wait for them; these say what is missing. */
async function fetchOthers(): Promise<void> {
  for (const program of others) await ensureProgram(program).catch(() => undefined);
  for (const debianPackage of othersModules) await ensurePackage({ debianPackage }).catch(() => undefined);
}

const longFiles = [
  'infra/acceptance/src/faults.test.ts',
  'services/ldap/tests/strained.test.ts',
  'services/ldap/tests/thunderbird.long.ts',
];

export async function test(words: string[]): Promise<number> {
  const isLong = words.includes('--long');
  const args = isLong ? [...longFiles, ...words.filter((word) => word !== '--long')] : words;
  const tell = (text: string): void => void process.stderr.write(`pochtar: ${text}\n`);
  // Fetched once here rather than by several test files at the same time.
  const nats = await ensureProgram({ name: 'nats-server', debianPackage: 'nats-server', note: tell });
  await ensureProgram({ name: 'clamd', debianPackage: 'clamav-daemon', note: tell });
  await ensureProgram({ name: 'gsasl', debianPackage: 'gsasl', note: tell });
  await ensureChromium(tell);
  // It cannot be had everywhere; the tests that need it say so.
  await ensureSwiftProgram(tell).catch((error: Error) => tell(error.message));
  using temporary = testDirectory();
  const dir = mkdtempSync(join(tmpdir(), 'pochtar-counts-'));
  const counts = join(dir, 'counts.json');
  try {
    const reporters = [
      '--reporter=default',
      `--reporter=${join(root, 'infra/launcher/src/test-reporter.ts')}`,
    ];
    if (args.length === 0) void fetchOthers();
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const status = await runCommand(process.execPath, [vitest, 'run', ...reporters, ...args], {
      ...process.env,
      // Found there by whole installations as well, which would each unpack one of its own.
      PATH: [process.env['PATH'], dirname(nats.path)].filter(Boolean).join(delimiter),
      [countsFileVariable]: counts,
      ...(temporary && { TMPDIR: temporary.path }),
      ...(isLong && { POCHTAR_TEST_LONG: '1' }),
    });
    const { passed, failed, unsteady } = readCounts(counts, status);
    for (const title of unsteady) process.stdout.write(`passed on its second try only: ${title}\n`);
    process.stdout.write(`${passed} passed, ${failed} failed\n`);
    return failed > 0 ? 1 : status;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A run that ended without counting is a failure of its own. */
function readCounts(file: string, status: number): TestCounts {
  const counts = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as TestCounts) : undefined;
  if (!counts) return { passed: 0, failed: 1, unsteady: [] };
  return status !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}
