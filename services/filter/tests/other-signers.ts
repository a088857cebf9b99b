// Other implementations, of Debian: dkimpy signs and verifies (DKIM and ARC), opendkim's test program signs, and opendkim
// itself verifies.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureProgram, type Program } from '@pochtar/native';
import { openPython } from './python.ts';

function run({ path, libraryPath }: Program, args: string[], input: Buffer): Promise<Buffer> {
  const env = { ...process.env, ...(libraryPath !== undefined && { LD_LIBRARY_PATH: libraryPath }) };
  return new Promise((resolve, reject) => {
    const child = execFile(path, args, { encoding: 'buffer', env }, (error, stdout, stderr) =>
      error ? reject(new Error(String(stderr), { cause: error })) : resolve(stdout),
    );
    child.stdin?.end(input);
  });
}

export interface PythonSigner extends Disposable {
  /** `script` finds the mail in `mail` and what it may sign with in `key`; it leaves the fields to put in front in `out`. */
  sign(mail: Buffer, script: string, argument?: string): Promise<Buffer>;
  /** Whether the signature at this place is whole, with this record in the DNS. */
  verify(mail: Buffer, place: number, record: string): Promise<boolean>;
}

export async function openDkimpy(keyPem: string): Promise<PythonSigner> {
  // It reads results with the other one, which it does not depend on.
  const python = await openPython(['python3-dkim', 'python3-authres'], 'import base64, dkim');
  const take = 'mail, key, argument = base64.b64decode(mail), key.encode(), argument.encode()';
  const give = 'out = base64.b64encode(out).decode()';
  return {
    async sign(mail, script, argument = '') {
      const given = { mail: mail.toString('base64'), key: keyPem, argument };
      const fields = await python.ask<string>([take, script, give].join('\n'), given);
      return Buffer.concat([Buffer.from(fields, 'base64'), mail]);
    },
    verify(mail, place, record) {
      const script = `record = record.encode()
try:
    out = dkim.DKIM(base64.b64decode(mail)).verify(idx=place, dnsfunc=lambda name, timeout=5: record)
except dkim.ValidationError:
    out = False`;
      return python.ask<boolean>(script, { mail: mail.toString('base64'), place, record });
    },
    [Symbol.dispose]: () => python[Symbol.dispose](),
  };
}

/** Signs as opendkim does. */
export async function opendkimSigner(
  directory: string,
  keyPem: string,
): Promise<(mail: Buffer, domain: string, selector: string) => Promise<Buffer>> {
  const program = await ensureProgram({ name: 'opendkim-testmsg', debianPackage: 'opendkim-tools' });
  const keyFile = join(directory, 'key.pem');
  writeFileSync(keyFile, keyPem);
  return (mail, domain, selector) => run(program, ['-d', domain, '-k', keyFile, '-s', selector], mail);
}

/** What opendkim says of each signature of a mail: `rsa pass`, by selector; `records` are what the DNS would have. */
export async function opendkimVerifier(
  directory: string,
): Promise<(mail: Buffer, records: ReadonlyMap<string, string>) => Promise<string[]>> {
  const program = await ensureProgram({ name: 'opendkim', debianPackage: 'opendkim' });
  const [keys, settings, message] = ['keys', 'opendkim.conf', 'mail.eml'].map((name) =>
    join(directory, name),
  ) as [string, string, string];
  writeFileSync(settings, `TestPublicKeys ${keys}\nMode v\nSyslog no\n`);
  return async (mail, records) => {
    writeFileSync(keys, [...records].map(([name, record]) => `${name} ${record}\n`).join(''));
    writeFileSync(message, mail);
    const said = String(await run(program, ['-x', settings, '-t', message, '-v', '-v'], Buffer.alloc(0)));
    return [...said.matchAll(/dkim=(\w+)[^;]*header\.s=(\w+)/g)]
      .map(([, result, selector]) => `${selector} ${result}`)
      .toSorted();
  };
}
