// vdirsyncer of Debian as a client that is not ours: it finds the book by the address of the server alone, and keeps a folder
// of vCards the same as the book, whatever becomes of the people in it.
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensurePackage, librariesOf } from '@pochtar/native';
import { createContact, deleteContact, updateContact } from '@pochtar/store/directory';
import { temporaryDirectory } from '@pochtar/testkit';
import { createAccounts } from '@pochtar/testkit/ground';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSWORD, type RunningConsole, runConsole } from './running-console.ts';

const run = promisify(execFile);
/** Debian's compiled modules fit this one only. */
const PYTHON = '/usr/bin/python3';
const dir = temporaryDirectory();
let running: RunningConsole;

beforeAll(async () => {
  running = await runConsole();
  await createAccounts(running.ground.db, ['anna', 'boris'], { password: PASSWORD });
});
afterAll(async () => {
  await running[Symbol.asyncDispose]();
  dir[Symbol.dispose]();
});

test('it finds the book, and brings what is new, changed and gone', async () => {
  const { db } = running.ground;
  const root = await ensurePackage({ debianPackage: 'vdirsyncer' });
  const [config, cards] = [join(dir.path, 'config'), join(dir.path, 'cards')];
  mkdirSync(cards);
  writeFileSync(
    config,
    `[general]
status_path = "${join(dir.path, 'status')}"
[pair book]
a = "here"
b = "there"
collections = ["from b"]
conflict_resolution = "b wins"
[storage here]
type = "filesystem"
path = "${cards}"
fileext = ".vcf"
[storage there]
type = "carddav"
url = "${running.url}/"
username = "anna@demo.test"
password = "${PASSWORD}"
read_only = true
`,
  );
  const env = {
    PATH: '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    HOME: dir.path,
    PYTHONPATH: join(root, 'usr/lib/python3/dist-packages'),
    LD_LIBRARY_PATH: librariesOf(root).join(':'),
  };
  const vdirsyncer = (...words: string[]) =>
    run(PYTHON, ['-m', 'vdirsyncer', '-c', config, ...words], { env, timeout: 60_000 });
  const names = (): string[] => {
    const [collection = ''] = readdirSync(cards);
    return readdirSync(join(cards, collection))
      .map((file) => /^FN:(.*?)\r?$/m.exec(readFileSync(join(cards, collection, file), 'utf8'))?.[1] ?? file)
      .toSorted();
  };
  const discovering = vdirsyncer('discover');
  // It asks whether it may make the folder.
  discovering.child.stdin?.end('y\ny\ny\n');
  await discovering;
  await vdirsyncer('sync');
  expect(names()).toEqual(['anna@demo.test', 'boris@demo.test']);
  const supplier = { domain: 'demo.test', address: 'petr@supplier.test' };
  await createContact(db, 'all', { ...supplier, displayName: 'Пётр', contact: {} });
  await vdirsyncer('sync');
  expect(names()).toEqual(['anna@demo.test', 'boris@demo.test', 'Пётр']);
  await updateContact(db, 'all', supplier, { displayName: 'Пётр Сидоров' });
  await vdirsyncer('sync');
  expect(names()).toEqual(['anna@demo.test', 'boris@demo.test', 'Пётр Сидоров']);
  await deleteContact(db, 'all', supplier);
  await vdirsyncer('sync');
  expect(names()).toEqual(['anna@demo.test', 'boris@demo.test']);
}, 240_000);
