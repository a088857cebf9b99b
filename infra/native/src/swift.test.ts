import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, temporaryDirectory } from '@pochtar/testkit';
import { expect, test } from 'vitest';
import { isPortFree } from './ports.ts';
import { keepsAttributes } from './swift-program.ts';
import { startSwift } from './swift.ts';

/** Every port that the configuration in `dir` names. */
function portsIn(dir: string): number[] {
  const files = readdirSync(dir).filter((name) => name.endsWith('-server.conf'));
  const text = files.map((name) => readFileSync(join(dir, name), 'utf8')).join('');
  return [...text.matchAll(/^(?:bind_port = |memcache_servers = 127\.0\.0\.1:)(\d+)$/gm)].map(([, port]) =>
    Number(port),
  );
}

const areFree = async (ports: number[]): Promise<boolean> =>
  (await Promise.all(ports.map((port) => isPortFree(port)))).every(Boolean);

test('refuses who has no key, and frees every port when stopped', async () => {
  using dir = temporaryDirectory();
  const swift = await startSwift({ dir: join(dir.path, 'swift') });
  const ports = portsIn(join(dir.path, 'swift'));
  expect(ports).toHaveLength(5);
  expect(ports).toContain(swift.port);
  const anonymous = await fetch(`http://${swift.endpoint}:${swift.port}/v1/AUTH_test`);
  expect(anonymous.status).toBe(401);
  await swift.stop();
  await eventually(async () => expect(await areFree(ports)).toBe(true));
}, 180_000);

test('all of it ends with a starter that is killed', async () => {
  using dir = temporaryDirectory();
  const disk = join(dir.path, 'swift');
  const source = `
    import { startSwift } from ${JSON.stringify(join(import.meta.dirname, 'swift.ts'))};
    await startSwift({ dir: ${JSON.stringify(disk)} });
    console.log('started');
  `;
  const starter = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(starter, 'exit');
  await Promise.race([once(starter.stdout, 'data'), exited]);
  expect(starter.exitCode).toBeNull();
  const ports = portsIn(disk);
  expect(await Promise.all(ports.map((port) => isPortFree(port)))).toEqual(ports.map(() => false));
  starter.kill('SIGKILL');
  await exited;
  await eventually(async () => expect(await areFree(ports)).toBe(true));
}, 60_000);

test('a file system without extended attributes is found out', async () => {
  expect(await keepsAttributes('/proc')).toBe(false);
});
