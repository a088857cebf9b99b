// The files of this repository that the reference is made from, and where it goes.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderPage, type Source } from './rfc.ts';
import { rfcStatus } from './rfc-status.ts';

export const root = join(import.meta.dirname, '../../..');

/** All TypeScript of libraries and services, tests too, by path. */
export function readSources(): Source[] {
  const exclude = ['**/node_modules/**'];
  const paths = globSync('{libs,services}/**/*.ts', { cwd: root, exclude });
  return paths.sort().map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

export const rfcPage = {
  path: join(root, 'docs/rfc.md'),
  render: (): string =>
    renderPage(
      rfcStatus,
      readSources().filter(({ path }) => !isTest(path)),
    ),
};

function isTest(path: string): boolean {
  return path.endsWith('.test.ts') || path.includes('/tests/') || path.startsWith('libs/testkit/');
}
