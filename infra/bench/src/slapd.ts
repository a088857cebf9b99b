// OpenLDAP's slapd from Debian with the people of the bench: what the LDAP service is measured beside. Set up as its manual
// has it for a book that is only read: an mdb in memory pages, and every attribute of the filters indexed.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ensureProgram, freePort, until } from '@pochtar/native';
import { BENCH_BASE, benchPeople } from './ldap-people.ts';
import { isOpen } from './open-port.ts';

const run = promisify(execFile);
const START_MS = 30_000;
const LOAD_MS = 600_000;

export interface Slapd extends AsyncDisposable {
  port: number;
  pid: number;
  dn: string;
  password: string;
}

export async function startSlapd(
  directory: string,
  people: number,
  note: (text: string) => void,
): Promise<Slapd> {
  const { path, libraryPath } = await ensureProgram({ name: 'slapd', debianPackage: 'slapd', note });
  const root = join(dirname(path), '../..');
  const env = { ...process.env, ...(libraryPath && { LD_LIBRARY_PATH: libraryPath }) };
  mkdirSync(join(directory, 'data'), { recursive: true });
  const [config, ldif] = [join(directory, 'slapd.conf'), join(directory, 'people.ldif')];
  const [dn, password] = [`cn=reader,${BENCH_BASE}`, 'reader-password'];
  writeFileSync(config, configuration(root, directory, people));
  writeFileSync(ldif, [...structure(dn, password), ...entries(people)].join('\n'));
  note(`slapd reads ${people} entries`);
  await run(path, ['-T', 'add', '-q', '-f', config, '-l', ldif], { env, timeout: LOAD_MS });
  const port = await freePort();
  // -d keeps it in the foreground; 0 logs nothing.
  const words = ['-d', '0', '-f', config, '-h', `ldap://127.0.0.1:${port}`];
  const child = spawn(path, words, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
  };
  try {
    await Promise.race([
      until('slapd answers', () => isOpen(port), { timeoutMs: START_MS }),
      exited.then(([code]) => {
        throw new Error(`slapd ended with ${code}`);
      }),
    ]);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return { port, pid: child.pid ?? 0, dn, password, [Symbol.asyncDispose]: stop };
}

function configuration(root: string, directory: string, people: number): string {
  const schemas = ['core', 'cosine', 'inetorgperson'];
  return `${[
    ...schemas.map((name) => `include ${join(root, 'etc/ldap/schema', `${name}.schema`)}`),
    `modulepath ${join(root, 'usr/lib/ldap')}`,
    'moduleload back_mdb',
    `pidfile ${join(directory, 'pid')}`,
    'loglevel 0',
    'database mdb',
    `suffix ${BENCH_BASE}`,
    `directory ${join(directory, 'data')}`,
    `maxsize ${Math.max(256, Math.ceil(people / 100)) * 2 ** 20}`,
    'index objectClass eq',
    'index mail,cn,sn,givenName,uid pres,eq,sub',
    'access to attrs=userPassword by anonymous auth by * none',
    'access to * by users read by * none',
  ].join('\n')}\n`;
}

function structure(dn: string, password: string): string[] {
  return [
    `dn: ${BENCH_BASE}\nobjectClass: domain\nobjectClass: top\ndc: bench\n`,
    `dn: ou=people,${BENCH_BASE}\nobjectClass: organizationalUnit\nou: people\n`,
    `dn: ${dn}\nobjectClass: person\ncn: reader\nsn: reader\nuserPassword: ${password}\n`,
  ];
}

/** As the service of ours shows them. */
function entries(people: number): string[] {
  return benchPeople(people).map(({ address, givenName, surname }) =>
    [
      `dn: mail=${address},ou=people,${BENCH_BASE}`,
      ...['top', 'person', 'organizationalPerson', 'inetOrgPerson'].map((name) => `objectClass: ${name}`),
      `cn: ${givenName} ${surname}`,
      `displayName: ${givenName} ${surname}`,
      `sn: ${surname}`,
      `givenName: ${givenName}`,
      `mail: ${address}`,
      `uid: ${address.slice(0, address.indexOf('@'))}`,
      'o: bench.test',
      '',
    ].join('\n'),
  );
}
