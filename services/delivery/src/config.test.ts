import { expect, test } from 'vitest';
import { readConfig } from './config.ts';

const environment = { POCHTAR_POSTGRES_URL: 'postgres://a@b/c', POCHTAR_NATS_URL: 'nats://a:1' };

test('the far side’s port is 25, or what the environment says for all or for one domain', () => {
  expect(readConfig(environment).POCHTAR_REMOTE_PORT('any.test')).toBe(25);
  const { POCHTAR_REMOTE_PORT: port } = readConfig({
    ...environment,
    POCHTAR_REMOTE_PORT: '2525, one.test=2526',
  });
  expect([port('any.test'), port('one.test')]).toEqual([2525, 2526]);
});

test('which addresses of far sides are tried: IPv4 first, or what the environment says', () => {
  expect(readConfig(environment).POCHTAR_REMOTE_ADDRESSES).toBe('ipv4First');
  const read = (order: string): unknown =>
    readConfig({ ...environment, POCHTAR_REMOTE_ADDRESSES: order }).POCHTAR_REMOTE_ADDRESSES;
  expect(read('ipv4Only')).toBe('ipv4Only');
  expect(() => read('ipv5')).toThrow(/POCHTAR_REMOTE_ADDRESSES/);
});

test('a wrong port is an error that names the variable and the remedy', () => {
  const read = (): unknown => readConfig({ ...environment, POCHTAR_REMOTE_PORT: 'one.test=99999' });
  expect(read).toThrow(/POCHTAR_REMOTE_PORT: .*one\.test=99999.*use 2525 or domain=2525/);
});
