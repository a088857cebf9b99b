import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BuiltPages, buildPages } from './built-pages.ts';

interface Chunk {
  file: string;
  css?: string[];
  imports?: string[];
  dynamicImports?: string[];
  isEntry?: boolean;
  isDynamicEntry?: boolean;
  src?: string;
}

let pages: BuiltPages;
let manifest: Record<string, Chunk>;

beforeAll(async () => {
  pages = await buildPages();
  manifest = JSON.parse(
    await readFile(join(pages.directory, '.vite/manifest.json'), 'utf8'),
  ) as typeof manifest;
});
afterAll(async () => {
  await pages[Symbol.asyncDispose]();
});

/** The chunk and everything that comes with it. */
function closure(key: string, found = new Set<string>()): Set<string> {
  if (found.has(key)) return found;
  found.add(key);
  for (const one of manifest[key]?.imports ?? []) closure(one, found);
  return found;
}

/** What is loaded when the chunk is asked for: what comes first, and for a dialog the page that opens it. */
function alreadyThere(key: string, first: ReadonlySet<string>): ReadonlySet<string> {
  const openers = Object.keys(manifest).filter(
    (one) => !first.has(one) && manifest[one]?.dynamicImports?.includes(key),
  );
  const [page, ...others] = openers.map((one) => closure(one));
  const ofAll = [...(page ?? [])].filter((one) => others.every((other) => other.has(one)));
  return new Set([...first, ...ofAll]);
}

async function kilobytes(files: Iterable<string>): Promise<number> {
  let sum = 0;
  for (const file of new Set(files)) sum += gzipSync(await readFile(join(pages.directory, file))).length;
  return Math.round(sum / 1000);
}

const entryKey = (): string => Object.keys(manifest).find((key) => manifest[key]?.isEntry === true) ?? '';
const filesOf = (keys: Iterable<string>): string[] => [...keys].flatMap((key) => manifest[key]?.file ?? []);

test('what comes first is at most 260 kB of scripts and 30 kB of styles, as they travel', async () => {
  const keys = closure(entryKey());
  const css = [...keys].flatMap((key) => manifest[key]?.css ?? []);
  const sizes = { scripts: await kilobytes(filesOf(keys)), styles: await kilobytes(css) };
  console.info('first', sizes);
  expect(sizes.scripts).toBeLessThanOrEqual(260);
  expect(sizes.styles).toBeLessThanOrEqual(30);
});

test('the settings bring at most 70 kB more, every other page 30 kB, a language 15 kB', async () => {
  const first = closure(entryKey());
  const later = Object.keys(manifest).filter((key) => manifest[key]?.isDynamicEntry === true);
  const table: Record<string, number> = {};
  for (const key of later) {
    const there = alreadyThere(key, first);
    const own = [...closure(key)].filter((one) => !there.has(one));
    table[key.replace('src/', '')] = await kilobytes(filesOf(own));
  }
  console.info(table);
  expect(later.length).toBeGreaterThan(15);
  const limit = (name: string) => (name.startsWith('settings/') ? 70 : name.startsWith('i18n/') ? 15 : 30);
  expect(Object.entries(table).filter(([name, size]) => size > limit(name))).toEqual([]);
});
