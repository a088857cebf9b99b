// Other implementations, of Debian: dkimpy signs (DKIM and ARC), and opendkim's test program does.
import { execFile, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
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

export interface PythonSigner extends Disposable {
  /** `script` finds the mail in `mail` and what it may sign with in `key`; it leaves the fields to put in front in `out`. */
  sign(mail: Buffer, script: string, argument?: string): Promise<Buffer>;
}

/** Answers a line with a line: what it is to sign, and what came of it. */
const signer = `
import base64, json, sys, traceback, dkim
key = sys.argv[1].encode()
for line in sys.stdin:
    asked = json.loads(line)
    names = {'dkim': dkim, 'key': key, 'mail': base64.b64decode(asked['mail']), 'argument': asked['argument'].encode()}
    try:
        exec(asked['script'], names)
        answer = {'out': base64.b64encode(names['out']).decode()}
    except Exception:
        answer = {'error': traceback.format_exc()}
    print(json.dumps(answer), flush=True)
`;

/** One process for all that is signed: its start and its imports take longer than a signature. */
export async function openDkimpy(keyPem: string): Promise<PythonSigner> {
  const paths: string[] = [];
  // It reads results with the other one, which it does not depend on.
  for (const debianPackage of ['python3-dkim', 'python3-authres'])
    paths.push(join(await ensurePackage({ debianPackage }), 'usr/lib/python3/dist-packages'));
  const child = spawn('python3', ['-c', signer, keyPem], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, PYTHONPATH: paths.join(':') },
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async sign(mail, script, argument = '') {
      child.stdin.write(`${JSON.stringify({ mail: mail.toString('base64'), script, argument })}\n`);
      const { value, done } = await answers.next();
      if (done === true) throw new Error('dkimpy has ended');
      const { out, error } = JSON.parse(value) as { out?: string; error?: string };
      if (out === undefined) throw new Error(error);
      return Buffer.concat([Buffer.from(out, 'base64'), mail]);
    },
    [Symbol.dispose]: () => void child.kill(),
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
