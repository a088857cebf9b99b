import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { Secrets, serviceUser } from '@pochtar/native';
import { temporaryDirectory } from '@pochtar/testkit';
import { expect, test } from 'vitest';
import { compileAhead } from './compile-ahead.ts';
import { programCache, type Surroundings } from './environment.ts';
import { handOver } from './handing-over.ts';
import { makeStateDirectories, root, statePaths } from './paths.ts';
import { readProcessTable } from './process-table.ts';

function surroundingsIn(directory: string): Surroundings {
  const own = statePaths(join(directory, 'var'));
  // Not those that installations of tests share.
  const caches = {
    programCache: join(own.var, 'program-cache'),
    compileCache: join(own.var, 'compile-cache'),
  };
  const paths = { ...own, ...caches };
  makeStateDirectories(paths);
  const secrets = new Secrets(paths.secrets);
  return { paths, secrets, user: serviceUser(), ports: { postgres: 0, nats: 0 } };
}

/** A table of one small program. */
function smallTable(directory: string): ReturnType<typeof readProcessTable> {
  mkdirSync(join(directory, 'src'));
  writeFileSync(join(directory, 'src/service.ts'), 'export const name: string = "small";\n');
  return readProcessTable()
    .filter(({ once }) => !once)
    .slice(0, 1)
    .map((entry) => ({ ...entry, program: relative(root, directory) }));
}

test('the first start of a program has no types left to strip: its main.ts is compiled as well, and is not run', async () => {
  using dir = temporaryDirectory();
  chmodSync(dir.path, 0o711);
  const surroundings = surroundingsIn(dir.path);
  const table = smallTable(dir.path);
  const main = join(dir.path, 'src/main.ts');
  writeFileSync(
    main,
    "import { run } from '@pochtar/runtime';\nimport { name } from './service.ts';\n\nawait run({ name } as never);\n",
  );
  const cache = programCache(surroundings);
  const compiled = async (): Promise<number> => {
    handOver(surroundings.paths, surroundings.secrets, { table: [], user: surroundings.user });
    await compileAhead(table, surroundings);
    return readdirSync(cache, { recursive: true }).length;
  };
  const withMain = await compiled();
  // What runs it has no such service to start, and would have ended in an error.
  expect(existsSync(join(dirname(cache), `.${basename(cache)}-compiled`))).toBe(true);
  rmSync(main);
  rmSync(cache, { recursive: true });
  expect(await compiled()).toBeLessThan(withMain);
}, 60_000);

test.each([
  ['open to pass', 0o711],
  // As /root is, and what mkdtemp(3) makes: the user of the programs passes by a capability.
  ['closed to others', 0o700],
])(
  `what programs load is compiled before they start, in a directory that is %s: once, and anew when the cache is gone`,
  async (_, mode) => {
    using dir = temporaryDirectory();
    chmodSync(dir.path, mode);
    const surroundings = surroundingsIn(dir.path);
    const table = smallTable(dir.path);
    const cache = programCache(surroundings);
    const compiled = async (): Promise<number> => {
      handOver(surroundings.paths, surroundings.secrets, { table: [], user: surroundings.user });
      await compileAhead(table, surroundings);
      return existsSync(cache) ? readdirSync(cache, { recursive: true }).length : 0;
    };
    const first = await compiled();
    expect(first).toBeGreaterThan(1);
    const [version = ''] = readdirSync(cache);
    for (const name of readdirSync(join(cache, version))) rmSync(join(cache, version, name));
    expect(await compiled()).toBe(1);
    rmSync(cache, { recursive: true });
    expect(await compiled()).toBe(first);
  },
  60_000,
);
