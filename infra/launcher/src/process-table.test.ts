import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { mayDecrypt, natsUsers } from '@pochtar/native';
import { expect, test } from 'vitest';
import { root } from './paths.ts';
import { parseProcessTable, readProcessTable } from './process-table.ts';

test('the table of docker-compose.yml names every process in the order a mail meets them', () => {
  const table = readProcessTable();
  expect(table.map((entry) => entry.name)).toEqual([
    'migrate',
    'smtp',
    'filter-dnsbl',
    'filter-greylist',
    'filter-antivirus',
    'filter-dkim',
    'filter-dlp',
    'delivery',
    'imap',
    'pop3',
    'ldap',
    'hooks',
    'settings',
    'console',
  ]);
  for (const { program, user, dependsOn, once } of table) {
    expect(existsSync(join(root, program, 'package.json'))).toBe(true);
    expect(natsUsers.map((known) => known.name)).toContain(user);
    expect(dependsOn).toEqual(once ? [] : ['migrate']);
  }
  const withKey = table.filter((entry) => entry.masterKey && !entry.once).map((entry) => entry.user);
  expect([...new Set(withKey)].toSorted()).toEqual(mayDecrypt.toSorted());
  const filters = table.filter((entry) => entry.program === 'services/filter');
  expect(filters.map((entry) => `filter-${entry.environment['POCHTAR_FILTER']}`)).toEqual(
    filters.map((entry) => entry.name),
  );
});

const block = 'x-pochtar: { program: services/smtp, user: smtp }';

test('aliases, merges and variables are resolved', () => {
  const [entry] = parseProcessTable(
    `
x-environment: &environment { A: one, B: '\${B:-two}' }
services:
  nats: { image: nats }
  smtp: { ${block}, environment: { <<: *environment, C: 3 }, depends_on: [nats], stop_grace_period: 20s }`,
    { B: '' },
  );
  expect(entry).toMatchObject({
    environment: { A: 'one', B: 'two', C: '3' },
    dependsOn: [],
    graceMs: 20_000,
  });
  expect(
    parseProcessTable(`services: { a: { ${block}, environment: { B: '\${B:-two}' } } }`, { B: 'x' }),
  ).toMatchObject([{ environment: { B: 'x' } }]);
});

test.each([
  ['services: { a: { image: x } }', /no service has x-pochtar/],
  ['services: { a: { x-pochtar: { program: ../x, user: a } } }', /a: x-pochtar\.program/],
  ['services: { a: { x-pochtar: { program: services/a } } }', /a: x-pochtar\.user/],
  [
    'services: { a: { x-pochtar: { program: services/a, user: a, roles: x } } }',
    /x-pochtar\.roles is unknown/,
  ],
  [`services: { a: { ${block}, stop_grace_period: 1m } }`, /stop_grace_period/],
  [
    `services: { a: { ${block}, depends_on: [b] }, b: { ${block} } }`,
    /depends_on b, which must stand before/,
  ],
  [`services: { a: { ${block}, environment: [A=1] } }`, /environment must be a mapping/],
  ['services: []', /services must be a mapping/],
])('%s is refused with the place named', (text, message) => {
  expect(() => parseProcessTable(text)).toThrow(message);
});
