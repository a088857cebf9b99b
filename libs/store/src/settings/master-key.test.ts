import { randomBytes } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@pochtar/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from '../db.ts';
import { type NewDomainRoute, readRoutes, saveRoute } from '../queue/domain-routes.ts';
import { adoptMasterKey, isOurMasterKey } from './master-key.ts';
import { putSecret, readSecret } from './secrets.ts';

let database: TestDatabase;
let db: Database;
const [key, other] = [randomBytes(32), randomBytes(32)];

const partner: NewDomainRoute = {
  ...{ domain: 'partner.test', host: 'smtp.partner.test', port: 465, tls: 'smtps', isVerified: true },
  ...{ username: 'us', maxConnections: null, perMinute: null, comment: '', isOn: true },
};

beforeEach(async () => {
  database = await createTestDatabase();
  db = openDatabase({ url: database.url(), password: database.password });
});

afterEach(async () => {
  await db[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

test('the first master key is the one of the installation, and no other is taken for it', async () => {
  expect(await isOurMasterKey(db, key)).toBe(true);
  expect(await isOurMasterKey(db, other)).toBe(false);
  expect(await isOurMasterKey(db, key)).toBe(true);
});

test('in an installation that is older than the check, the key has to open what is sealed', async () => {
  await putSecret(db, key, 'relay.password', 'secret');
  expect(await isOurMasterKey(db, other)).toBe(false);
  expect(await isOurMasterKey(db, key)).toBe(true);
});

test('a new master key takes the place of a lost one, and what only that one opened is gone and named', async () => {
  await putSecret(db, key, 'relay.password', 'secret');
  await saveRoute(db, key, { id: null, route: partner, password: 'secret', author: 'test' });
  expect(await isOurMasterKey(db, key)).toBe(true);
  expect(await adoptMasterKey(db, other)).toEqual({
    secrets: ['relay.password'],
    certificates: [],
    dkimKeys: [],
    routes: ['partner.test'],
  });
  expect(await isOurMasterKey(db, other)).toBe(true);
  expect(await isOurMasterKey(db, key)).toBe(false);
  expect(await readSecret(db, other, 'relay.password')).toBeNull();
  // It does not go on without its log-in.
  expect(await readRoutes(db)).toMatchObject([{ domain: 'partner.test', username: '', isOn: false }]);
});
