import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ensurePackage } from './debian-package.ts';

const tools = mkdtempSync(join(tmpdir(), 'pochtar-tools-'));
afterAll(() => rmSync(tools, { recursive: true, force: true }));

test('a package that the machine has installed is not fetched a second time', async () => {
  const root = await ensurePackage({ debianPackage: 'dpkg', unpackInto: tools });
  expect(readdirSync(root)).toEqual([]);
});

test('a package that nobody knows is refused, and leaves nothing behind', async () => {
  await expect(ensurePackage({ debianPackage: 'pochtar-unknown', unpackInto: tools })).rejects.toThrow(
    /pochtar-unknown/,
  );
  expect(readdirSync(tools)).toEqual(['dpkg']);
});
