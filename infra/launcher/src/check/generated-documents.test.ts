import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@pochtar/testkit';
import { expect, test } from 'vitest';
import { root } from '../paths.ts';
import { generators, staleDocuments } from './generated-documents.ts';

test('a document that is not what its generator makes is named with the command that writes it; so is one that is missing, and a generator that fails', async () => {
  using dir = temporaryDirectory();
  const file = (name: string, text: string): void => writeFileSync(join(dir.path, name), text);
  mkdirSync(join(dir.path, 'docs'));
  const pages = {
    'docs/a.md': 'new\n',
    'docs/b.md': 'b\n',
    'docs/c.json': '{\n "c": [1]\n}\n',
    'docs/d.json': '1',
  };
  file(
    'make.mjs',
    `if (process.argv[2] === '--print') console.log(${JSON.stringify(JSON.stringify(pages))});`,
  );
  file('broken.mjs', `throw new Error('no catalogue');`);
  file('docs/a.md', 'old\n');
  file('docs/c.json', '{"c":[1]}\n');
  file('docs/d.json', 'cut off');
  const told = 'is stale: node make.mjs writes it';
  const found = await staleDocuments(dir.path, ['make.mjs', 'broken.mjs']);
  expect(found.slice(0, 3)).toEqual([`docs/a.md ${told}`, `docs/b.md ${told}`, `docs/d.json ${told}`]);
  expect(found.slice(3)).toEqual([expect.stringMatching(/^broken\.mjs --print: .*no catalogue/s)]);
});

test('no generator of the repository is left out', () => {
  const own = globSync('{libs,services,infra}/*/{,src/}reference-main.ts', { cwd: root });
  expect(own.length).toBeGreaterThan(2);
  expect(generators).toEqual(expect.arrayContaining(own));
});
