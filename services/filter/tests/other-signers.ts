// Other implementations, of Debian: dkimpy signs (DKIM and ARC), and opendkim's test program does.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePackage, ensureProgram } from '@pochtar/native';

function run(
  program: string,
  args: string[],
  input: Buffer,
  env: Record<string, string> = {},
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { encoding: 'buffer' as const, env: { ...process.env, ...env } };
    const child = execFile(program, args, options, (error, stdout, stderr) =>
      error ? reject(new Error(String(stderr), { cause: error })) : resolve(stdout),
    );
    child.stdin?.end(input);
  });
}

export type PythonSigner = (mail: Buffer, script: string, argument?: string) => Promise<Buffer>;

/** `script` finds the mail in `mail` and what it may sign with in `key`; it leaves the fields to put in front in `out`. */
export async function openDkimpy(keyPem: string): Promise<PythonSigner> {
  const paths: string[] = [];
  // It reads results with the other one, which it does not depend on.
  for (const debianPackage of ['python3-dkim', 'python3-authres'])
    paths.push(join(await ensurePackage({ debianPackage }), 'usr/lib/python3/dist-packages'));
  return async (mail, script, argument = '') => {
    const program = [
      'import sys, dkim',
      'mail = sys.stdin.buffer.read()',
      'key = sys.argv[1].encode()',
      'argument = sys.argv[2].encode()',
      script,
      'sys.stdout.buffer.write(out)',
    ].join('\n');
    const fields = await run('python3', ['-c', program, keyPem, argument], mail, {
      PYTHONPATH: paths.join(':'),
    });
    return Buffer.concat([fields, mail]);
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
  const env = program.libraryPath === undefined ? {} : { LD_LIBRARY_PATH: program.libraryPath };
  return (mail, domain, selector) =>
    run(program.path, ['-d', domain, '-k', keyFile, '-s', selector], mail, env);
}
