import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { isPortFree } from '@pochtar/native';
import { temporaryDirectory } from '@pochtar/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { nameHolders } from './port-holders.ts';
import { listenPorts, listeners, portsOf, privilegedPorts, unprivilegedPorts } from './listen-ports.ts';

async function hold(port: number): Promise<number> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

test('ports are chosen at the first start, a taken one moves up, and the choice is kept', async () => {
  using dir = temporaryDirectory();
  const file = join(dir.path, 'ports.json');
  // Another installation on the machine may hold it already, which serves the test as well.
  if (await isPortFree(unprivilegedPorts.smtp, '0.0.0.0')) await hold(unprivilegedPorts.smtp);
  const ports = await listenPorts(file, { privileged: false });
  expect(ports.smtp).toBeGreaterThan(unprivilegedPorts.smtp);
  expect(new Set(Object.values(ports)).size).toBe(listeners.length);
  expect(await isPortFree(ports.smtp, '0.0.0.0')).toBe(true);
  expect(await listenPorts(file, { privileged: true })).toEqual(ports);
});

test('two installations that start at the same time get different ports', async () => {
  using dir = temporaryDirectory();
  const choose = (name: string) => listenPorts(join(dir.path, name), { privileged: false });
  const [one, other] = await Promise.all([choose('one.json'), choose('other.json')]);
  expect(new Set([...Object.values(one), ...Object.values(other)]).size).toBe(listeners.length * 2);
});

test('real ports that are taken are an error that names who holds them, and nothing is stored', async () => {
  using dir = temporaryDirectory();
  const file = join(dir.path, 'ports.json');
  if (await isPortFree(privilegedPorts.console, '0.0.0.0')) await hold(privilegedPorts.console);
  await expect(listenPorts(file, { privileged: true })).rejects.toThrow(/80 \(console\): .*process \d+/);
  expect(existsSync(file)).toBe(false);
});

test('a port file that is not as it must be is refused with the listener named', async () => {
  using dir = temporaryDirectory();
  const file = join(dir.path, 'ports.json');
  writeFileSync(file, JSON.stringify({ ...unprivilegedPorts, imap: 70_000 }));
  await expect(listenPorts(file, { privileged: false })).rejects.toThrow(/imap must be a port/);
});

test('ports that are lost are those that the installation told, not new ones', async () => {
  using dir = temporaryDirectory();
  const file = join(dir.path, 'ports.json');
  const addresses = Object.fromEntries(listeners.map((name, index) => [name, `127.0.0.1:${21_000 + index}`]));
  const recovered = portsOf(addresses);
  expect(portsOf({ ...addresses, imap: 'nowhere' })).toBeUndefined();
  for (const text of ['', '{"smtp": 2525', '{}']) {
    writeFileSync(file, text);
    expect(await listenPorts(file, { privileged: false, recovered })).toEqual(recovered);
  }
});

test('the holder of a port is named', async () => {
  const port = await hold(0);
  expect(await nameHolders('127.0.0.1', port)).toContain(`(process ${process.pid})`);
});
