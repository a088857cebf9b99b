// What was found is noted.
import { createTestDatabase } from '@pochtar/testkit';
import { expect, test } from 'vitest';
import { openDatabase, type Statement } from '../db.ts';
import { listIncidents, noteIncidents } from './incidents.ts';

test('all that was found in a mail is noted by one statement, and the same again is not noted twice', async () => {
  await using database = await createTestDatabase();
  await using db = openDatabase({ url: database.url('filter-dlp'), password: database.password });
  let asked = 0;
  const counting = {
    query: <Row>(statement: Statement) => {
      asked++;
      return db.query<Row>(statement);
    },
  };
  const incidents = Array.from({ length: 50 }, (_, n) => ({
    mail: '01a20fc6-18d8-7001-8000-000000000001',
    generation: 2,
    rule: `rule "${n}"`,
    action: 'hold',
    sender: 'анна@one.test',
    recipients: ['b@far.test', '"a\\,b"@far.test'],
    domains: n === 7 ? [] : ['one.test', 'far.test'],
    found: [{ what: 'words', count: n, excerpts: ['a {masked} "text"'] }],
  }));
  await noteIncidents(counting, incidents);
  await noteIncidents(counting, incidents);
  await noteIncidents(counting, []);
  expect(asked).toBe(2);
  await using reader = openDatabase({ url: database.url('settings'), password: database.password });
  const noted = await listIncidents(reader, 'all', { limit: 100 });
  expect(noted.toReversed()).toMatchObject(incidents);
});
