// People as files: taken in, with a word about what does not do, and written so that programs that are not ours read them:
// the LDIF module of python3-ldap and python3-vobject, both of Debian.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensurePackage, librariesOf } from '@pochtar/native';
import { smallJpeg, temporaryDirectory } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningServer, runServer } from './running-server.ts';

const run = promisify(execFile);
/** Debian's compiled modules fit this one only. */
const PYTHON = '/usr/bin/python3';

let server: RunningServer;
const dir = temporaryDirectory();

beforeAll(async () => {
  server = await runServer();
  for (const name of ['example.org', 'second.org']) await server.json(['domain', 'create', name]);
  const words = ['--no-password', '--name', 'Анна Ёлкина', '--job-title', 'Инженер, ведущий; «ПТО»'];
  await server.json(['account', 'create', 'anna@example.org', ...words, '--work-phone', '+7 495 123-45-67']);
  await server.json(['account', 'create', 'boris@example.org', '--no-password']);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  dir[Symbol.dispose]();
});

function fileOf(name: string, text: string): string {
  const file = join(dir.path, name);
  writeFileSync(file, text);
  return file;
}

test('LDIF, vCard and CSV are taken into the book of a domain; what does not do is told with its line', async () => {
  const vcards = fileOf(
    'all.vcf',
    [
      ...['BEGIN:VCARD', 'VERSION:3.0', 'FN:Пётр Сидоров', 'EMAIL:petr@supplier.test', 'ORG:Supplier;Sales'],
      ...[`PHOTO;ENCODING=b;TYPE=JPEG:${smallJpeg}`, 'END:VCARD'],
      ...['BEGIN:VCARD', 'FN:Nobody', 'END:VCARD', ''],
    ].join('\r\n'),
  );
  const dry = ['contact', 'import', 'example.org', vcards, '--dry-run'];
  const report = await server.run(dry);
  expect(report.code).toBe(1);
  expect(report.stdout).toMatch(/^1\s+0\s+0\s+0\s+0\s+1$/m);
  expect(report.stdout).toMatch(/^8\s+there is no address$/m);
  const list = () => server.json<{ contacts: { address: string }[] }>(['contact', 'list']);
  expect((await list()).contacts).toEqual([]);
  await server.run(dry.slice(0, -1));
  const ldif = 'dn: mail=x,dc=y\nobjectClass: person\nmail: petr@supplier.test\ntitle: Director\n';
  const csv = 'Почта;ФИО;Телефон\nolga@supplier.test;Ольга;call me\nigor@supplier.test;Игорь;123-45-67\n';
  const changed = await server.run(['contact', 'import', 'example.org', fileOf('one.ldif', ldif)]);
  expect([changed.code, /^0\s+1\s+0\s+0\s+0\s+0$/m.test(changed.stdout)]).toEqual([0, true]);
  const table = await server.run(['contact', 'import', 'example.org', fileOf('two.csv', csv)]);
  expect(table.stdout).toMatch(/^2\s+olga@supplier\.test\s+.*a telephone number has digits/m);
  expect((await list()).contacts).toMatchObject([
    { address: 'igor@supplier.test', displayName: 'Игорь', contact: { workPhone: '123-45-67' } },
    {
      ...{ address: 'petr@supplier.test', displayName: 'Пётр Сидоров', hasPhoto: true },
      contact: { organisation: 'Supplier', department: 'Sales', jobTitle: 'Director' },
    },
  ]);
});

test('contact details of accounts come by address; nobody is added, and a repetition changes nothing', async () => {
  const ldif = fileOf(
    'accounts.ldif',
    [
      ...['dn: mail=boris@example.org,ou=people,dc=example,dc=org', 'changetype: modify'],
      ...['replace: title', 'title: Driver', '-', ''],
      ...['dn: cn=x', 'mail: nobody@example.org', 'title: Ghost', ''],
    ].join('\n'),
  );
  const words = ['account', 'import', ldif, '--json'];
  const first = await server.run(words);
  expect(JSON.parse(first.stdout)).toMatchObject({
    format: 'ldif',
    counts: { new: 0, changed: 1, unknown: 1 },
    lines: [{ line: 7, address: 'nobody@example.org', outcome: 'unknown' }],
  });
  expect(JSON.parse((await server.run(words)).stdout)).toMatchObject({ counts: { same: 1, changed: 0 } });
  const { account } = await server.json<{ account: object }>(['account', 'show', 'boris@example.org']);
  expect(account).toMatchObject({ contact: { jobTitle: 'Driver' } });
});

test('a file of thousands goes in pieces', async () => {
  const cards = Array.from(
    { length: 2500 },
    (_, n) => `BEGIN:VCARD\nFN:Number ${n}\nEMAIL:n${n}@many.test\nNOTE:${'x'.repeat(500)}\nEND:VCARD\n`,
  );
  const many = fileOf('many.vcf', cards.join(''));
  const result = await server.json<{ counts: object }>(['contact', 'import', 'second.org', many]);
  expect(result.counts).toMatchObject({ new: 2500 });
  const exported = await server.run(['contact', 'export', '--domain', 'second.org', '--format', 'csv']);
  expect(exported.stdout.trimEnd().split('\r\n')).toHaveLength(2501);
});

const readers = `
import io, json, sys, ldif, vobject
class Entries(ldif.LDIFParser):
    found = []
    def handle(self, dn, entry):
        self.found.append([dn, {name: [value.decode('utf8', 'replace') if name != 'jpegPhoto' else len(value) for value in values] for name, values in entry.items()}])
with open(sys.argv[1], 'rb') as file:
    Entries(file).parse()
def told(card):
    photo = getattr(card, 'photo', None)
    return {
        'fn': card.fn.value, 'email': card.email.value, 'version': card.version.value,
        'family': card.n.value.family, 'title': card.title.value if hasattr(card, 'title') else None,
        'org': card.org.value if hasattr(card, 'org') else None, 'photo': photo is not None,
    }
with open(sys.argv[2], encoding='utf8') as file:
    cards = [told(card) for card in vobject.readComponents(file)]
print(json.dumps({'entries': Entries.found, 'cards': cards}))
`;

test('what is exported is read by python3-ldap and by python3-vobject', async () => {
  const [inLdif, inVcard] = [join(dir.path, 'out.ldif'), join(dir.path, 'out.vcf')];
  await server.json(['account', 'export', '--format', 'ldif', '--file', inLdif]);
  await server.json(['contact', 'export', '--domain', 'example.org', '--format', 'vcard', '--file', inVcard]);
  const roots = await Promise.all(
    ['python3-ldap', 'python3-vobject'].map((debianPackage) => ensurePackage({ debianPackage })),
  );
  const env = {
    PATH: '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    PYTHONPATH: roots.map((root) => join(root, 'usr/lib/python3/dist-packages')).join(':'),
    LD_LIBRARY_PATH: roots.flatMap(librariesOf).join(':'),
  };
  const { stdout } = await run(PYTHON, ['-c', readers, inLdif, inVcard], { env, timeout: 60_000 });
  const { entries, cards } = JSON.parse(stdout) as { entries: unknown[]; cards: unknown[] };
  expect(entries).toContainEqual([
    'mail=anna@example.org,ou=people,dc=example,dc=org',
    {
      objectClass: ['top', 'person', 'organizationalPerson', 'inetOrgPerson'],
      ...{ cn: ['Анна Ёлкина'], sn: ['Ёлкина'], displayName: ['Анна Ёлкина'], mail: ['anna@example.org'] },
      ...{ title: ['Инженер, ведущий; «ПТО»'], telephoneNumber: ['+7 495 123-45-67'] },
    },
  ]);
  expect(cards).toContainEqual({
    ...{ fn: 'Пётр Сидоров', email: 'petr@supplier.test', version: '4.0', family: 'Сидоров' },
    ...{ title: 'Director', org: ['Supplier', 'Sales'], photo: true },
  });
  expect(readFileSync(inVcard, 'utf8')).toContain('\r\n');
}, 120_000);
