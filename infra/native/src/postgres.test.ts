import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@pochtar/testkit';
import { expect, test } from 'vitest';
import { asSuperuser, provisionDatabase } from './postgres-roles.ts';
import { startPostgres } from './postgres.ts';
import { Refusal } from './refusal.ts';

test('a cluster keeps its data over a kill, is durable, and lies below a closed directory', async () => {
  using dir = temporaryDirectory();
  const closed = join(dir.path, 'closed');
  mkdirSync(closed);
  // What a checkout in root's home is to the user that Postgres runs as.
  chmodSync(closed, 0o700);
  const dataDir = join(closed, 'data');
  const first = await startPostgres({ dataDir });
  const { superuserPassword } = first;
  await provisionDatabase(first, 'pochtar', 'owner password');
  await asSuperuser(first, async (client) => {
    await client.query('CREATE TABLE kept (n int)');
    await client.query('INSERT INTO kept VALUES (7)');
  });
  await first.kill();

  // What a power cut leaves, when the number is another process's by now.
  writeFileSync(join(dataDir, 'postmaster.pid'), `${process.pid}\n${dataDir}\n1\n${first.port}\n`);
  // A password that is lost is set again, where the files are ours.
  const password = 'made-again';
  await using second = await startPostgres({ dataDir, superuserPassword: password, port: first.port });
  expect(password).not.toBe(superuserPassword);
  await provisionDatabase(second, 'pochtar', 'owner password');
  await asSuperuser(second, async (client) => {
    expect((await client.query('SELECT n FROM kept')).rows).toEqual([{ n: 7 }]);
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
      const { rows } = await client.query<Record<string, string>>(`SHOW ${setting}`);
      expect(rows).toEqual([{ [setting]: 'on' }]);
    }
    // Names are compared and lowered as Unicode, whatever the locale of the machine.
    const { rows } = await client.query(
      "SELECT lower('ПОЧТА') AS lower, current_setting('server_encoding') AS encoding",
    );
    expect(rows).toEqual([{ lower: 'почта', encoding: 'UTF8' }]);
  });
  await expect(asSuperuser({ ...second, superuserPassword: 'wrong' }, async () => {})).rejects.toThrow(
    /password authentication failed/,
  );
});

test('a data directory that is none fails with what Postgres said', async () => {
  using dir = temporaryDirectory();
  const dataDir = join(dir.path, 'data');
  mkdirSync(dataDir, { mode: 0o700 });
  writeFileSync(join(dataDir, 'PG_VERSION'), '9.6\n');
  await expect(startPostgres({ dataDir, superuserPassword: 'x', port: 1 })).rejects.toThrow(
    /Postgres ended .* before it was ready/,
  );
});

test('what is there is not made into a database, and not cleared away', async () => {
  using dir = temporaryDirectory();
  const dataDir = join(dir.path, 'data');
  mkdirSync(join(dataDir, 'base'), { recursive: true });
  writeFileSync(join(dataDir, 'base', 'mails'), 'all of them');
  await expect(startPostgres({ dataDir })).rejects.toThrow(Refusal);
  expect(readdirSync(dataDir, { recursive: true })).toEqual(['base', 'base/mails']);
  rmSync(dataDir, { recursive: true });
  // A database that cannot be made leaves nothing that would be taken for one, and nothing else is touched.
  writeFileSync(join(dir.path, 'beside'), '');
  const file = join(dir.path, 'beside', 'data');
  await expect(startPostgres({ dataDir: file })).rejects.toThrow(/ENOTDIR|EEXIST/);
  expect(existsSync(join(dir.path, 'beside'))).toBe(true);
});
