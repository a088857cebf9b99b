import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningServer, runServer } from './running-server.ts';

let server: RunningServer;
beforeAll(async () => {
  server = await runServer();
});
afterAll(() => server[Symbol.asyncDispose]());

interface Shown {
  entries: { value: string; comment: string; expiresAt: string | null }[];
}

test('entries are added, changed, shown and removed', async () => {
  const made = await server.run(['list', 'add', 'black', '10.0.0.0/8', '--comment', 'test net']);
  expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('10.0.0.0/8') });
  // A private network: one's own come from there.
  expect(made.stderr).toContain('cannot send mail');
  await server.json(['list', 'change', 'black', '10.0.0.0/8', '--until', '2099-01-01T00:00:00Z']);
  expect(await server.json<Shown>(['list', 'black'])).toMatchObject({
    entries: [{ value: '10.0.0.0/8', comment: 'test net', expiresAt: '2099-01-01T00:00:00.000Z' }],
  });
  const again = await server.run(['list', 'add', 'black', '10.1.2.3/8']);
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('already') });
  await server.json(['list', 'remove', 'black', '10.0.0.0/8']);
  expect(await server.run(['list', 'remove', 'black', '10.0.0.0/8'])).toMatchObject({ code: 1 });
  expect(await server.run(['list', 'add', 'grey', '10.0.0.0/8'])).toMatchObject({ code: 2 });
});

test('a named network stays while an entry refers to it', async () => {
  await server.json(['network', 'add', 'Office', '192.0.2.0/24', '2001:db8::1']);
  await server.json(['list', 'add', 'white', 'network:office']);
  const shown = await server.run(['list', 'networks']);
  expect(shown.stdout).toMatch(/Office\s+192\.0\.2\.0\/24, 2001:db8::1\s+white/);
  const refused = await server.run(['network', 'remove', 'Office', '--yes']);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('white list refers') });
  await server.json(['list', 'remove', 'white', 'network:Office']);
  await server.json(['network', 'remove', 'office', '--yes']);
});

test('what is exported is imported again, in pieces, and a dry run adds nothing', async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, 'black.txt');
  const lines = Array.from({ length: 1200 }, (_, i) => `198.51.${i >> 8}.${i & 255} # no ${i}`);
  writeFileSync(
    file,
    ['# spammers', ...lines, '@bad.test until=2099-01-01T00:00:00Z', 'nonsense!'].join('\n'),
  );
  const dry = await server.run(['list', 'import', 'black', file, '--dry-run']);
  expect(dry.code).toBe(1);
  expect(dry.stdout).toMatch(/1201\s+0\s+1\b/);
  expect(dry.stdout).toMatch(/1203\s+.*nonsense!/);
  expect((await server.json<Shown>(['list', 'black'])).entries).toEqual([]);
  expect((await server.run(['list', 'import', 'black', file])).stdout).toMatch(/1201\s+0\s+1\b/);
  const { stdout } = await server.run(['list', 'export', 'black']);
  expect(stdout).toBe(`${lines.join('\n')}\n@bad.test until=2099-01-01T00:00:00.000Z\n`);
  writeFileSync(file, stdout);
  expect((await server.run(['list', 'import', 'black', file])).stdout).toMatch(/\b0\s+1201\s+0\b/);
});

test('named networks that are exported are imported again; what differs is changed, what is wrong is shown with its line', async () => {
  await server.json(['network', 'add', 'Far side', '198.51.100.0/24', '--comment', 'the # branch']);
  const exported = await server.run(['network', 'export']);
  expect(exported.stdout).toContain('Far side = 198.51.100.0/24 # the # branch\n');
  const again = await server.json<{ lines: { outcome: string }[] }>(
    ['network', 'import', '-'],
    exported.stdout,
  );
  expect(new Set(again.lines.map(({ outcome }) => outcome))).toEqual(new Set(['same']));
  const changed =
    '\n# a note\nfar side = 198.51.100.0/25, 2001:db8::2\nNew one = 203.0.113.1 # seen\nBad = nonsense\nNone =\n';
  const dry = await server.run(['network', 'import', '-', '--dry-run'], changed);
  expect(dry.code).toBe(0);
  expect((await server.run(['network', 'export'])).stdout).toBe(exported.stdout);
  const taken = await server.run(['network', 'import', '-'], changed);
  expect(taken.code).toBe(1);
  expect(taken.stdout).toMatch(/1\s+1\s+0\s+2/);
  expect(taken.stdout).toMatch(/^5\s.*nonsense/m);
  expect(taken.stdout).toMatch(/^6\s/m);
  const after = (await server.run(['network', 'export'])).stdout;
  expect(after).toContain('Far side = 198.51.100.0/25 2001:db8::2\n');
  expect(after).toContain('New one = 203.0.113.1 # seen\n');
});

test('who has failed to log in too often is shown, and let in again', async () => {
  expect(await server.run(['ban', 'list'])).toMatchObject({ code: 0 });
  const nobody = await server.run(['ban', 'lift', '192.0.2.1']);
  expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining('192.0.2.1') });
  expect(await server.json(['ban', 'list', '--all'])).toEqual({ bans: [] });
});

test('an address is confirmed as one client, shown so and taken back; one of the internet is not', async () => {
  expect(await server.json(['guard', 'confirm', '10.0.0.7'])).toEqual({ address: '10.0.0.7' });
  expect((await server.run(['guard', 'list'])).stdout).toMatch(/^10\.0\.0\.7 .*ctl:/m);
  expect(await server.json(['guard', 'revoke', '10.0.0.7'])).toEqual({
    address: '10.0.0.7',
    isSuspended: false,
  });
  expect(await server.json(['guard', 'list'])).toEqual({ clients: [] });
  const outside = await server.run(['guard', 'confirm', '93.184.216.34']);
  expect(outside).toMatchObject({ code: 1, stderr: expect.stringContaining('93.184.216.34') });
});

test('a first step is put off with its reason, listed, and taken up again', async () => {
  expect(await server.run(['step', 'put-off', 'certificate'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--reason'),
  });
  expect(await server.run(['step', 'put-off', 'backup', '--reason', 'x'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('organisation, name, domain'),
  });
  await server.json(['step', 'put-off', 'certificate', '--reason', 'after the move']);
  const { stdout } = await server.run(['step', 'list']);
  expect(stdout).toMatch(/Step +What it is[^]*\ncertificate +certificate +after the move +ctl:/);
  expect(await server.run(['step', 'resume', 'certificate'])).toMatchObject({ code: 0 });
  expect(await server.json(['step', 'list'])).toEqual({ putOff: [] });
  expect(await server.run(['step', 'resume', 'certificate'])).toMatchObject({ code: 1 });
});
