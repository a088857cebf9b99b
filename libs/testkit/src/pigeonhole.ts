// Pigeonhole, the Sieve of Dovecot: what another interpreter does with a mail (its sieve-test, Debian's dovecot-sieve).
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureProgram } from '@pochtar/native';

export interface SieveTrial {
  /** Of the script and the mail; writable. */
  directory: string;
  script: string;
  mail: Buffer;
  /** It cannot be told of a null reverse path. */
  from: string;
  to: string;
}

const TIMEOUT_MS = 20_000;

/**
 * What becomes of the mail, a line an action: `keep`, `fileinto A [\seen]`, `redirect a@b`, `reject …`; null when it
 * does not take the script.
 */
export async function sieveTest({ directory, script, mail, from, to }: SieveTrial): Promise<string[] | null> {
  const { path, libraryPath } = await ensureProgram({ name: 'sieve-test', debianPackage: 'dovecot-sieve' });
  const [scriptFile, mailFile] = [join(directory, 'script.sieve'), join(directory, 'mail.eml')];
  await Promise.all([writeFile(scriptFile, script), writeFile(mailFile, mail)]);
  // Settings come from the environment, in place of a configuration file and the program that reads it.
  const env = {
    ...{ DOVECONF_ENV: '1', SSL: 'no', FIRST_VALID_UID: '1' },
    // It does not run as root.
    ...(process.getuid?.() === 0 && { MAIL_UID: 'nobody', MAIL_GID: 'nogroup' }),
    ...{
      MAIL_HOME: directory,
      MAIL_LOCATION: `maildir:${join(directory, 'Maildir')}`,
      BASE_DIR: directory,
      TZ: 'UTC',
    },
    ...(libraryPath && { LD_LIBRARY_PATH: `${libraryPath}:${join(path, '../../lib/dovecot')}` }),
  };
  const args = ['-C', '-x', '+editheader', '-f', from, '-r', to, '-a', to, scriptFile, mailFile];
  const said = await new Promise<string>((resolve) => {
    execFile(path, args, { env, timeout: TIMEOUT_MS, cwd: directory }, (_error, stdout, stderr) => {
      resolve(stdout + stderr);
    });
  });
  if (said.includes('failed to compile')) return null;
  return actionsIn(said);
}

function actionsIn(said: string): string[] {
  const actions: string[] = [];
  for (const line of said.split('\n')) {
    const action = /^ \* (.*)$/.exec(line)?.[1];
    const flags = /^ +\+ add IMAP flags: (.*)$/.exec(line)?.[1];
    if (action !== undefined) actions.push(shown(action));
    else if (flags !== undefined) actions.push(`${actions.pop()} [${flags}]`);
  }
  return actions.filter((action) => action !== 'discard');
}

function shown(action: string): string {
  const patterns: [RegExp, string][] = [
    [/^store message in folder: INBOX$/, 'keep'],
    [/^store message in folder: (.*)$/, 'fileinto $1'],
    [/^redirect message to: <(.*)>$/, 'redirect $1'],
    [/^reject message with reason: (.*)$/, 'reject $1'],
  ];
  for (const [pattern, shape] of patterns) if (pattern.test(action)) return action.replace(pattern, shape);
  return action;
}
