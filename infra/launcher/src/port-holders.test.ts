import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { holderWords } from '@pochtar/runtime';
import { expect, test } from 'vitest';
import { namingHolders } from './port-holders.ts';

test('of a process that a program could not see, whoever sees it says which one it is, in both languages', async () => {
  await using server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const unseen = await holderWords({ pid: null, command: '', uid: 0 }, port);
  const told = {
    en: `port ${port} on 127.0.0.1 is held by ${unseen.en}: stop it or choose another port; port 1 on :: is held by a process of user 7: stop it`,
    ru: `порт ${port} на 127.0.0.1 занимает ${unseen.ru}: остановите его или выберите другой порт`,
  };
  const said = { ready: false, faults: { settings: told.en, volume: 'away' }, words: { settings: told } };
  const named = await namingHolders(said);
  expect(named.faults['settings']).toMatch(
    new RegExp(
      `^port ${port} on 127.0.0.1 is held by ".+" \\(process ${process.pid}\\): stop it or choose another port; port 1 on :: is held by a process of user 7: stop it$`,
    ),
  );
  expect(named.faults['volume']).toBe('away');
  expect(named.words?.['settings']?.en).toBe(named.faults['settings']);
  expect(named.words?.['settings']?.ru).toMatch(
    new RegExp(`^порт ${port} на 127.0.0.1 занимает «.+» \\(процесс ${process.pid}\\): остановите его`),
  );
});
