// What root made before is in the hands of the user that programs run as now; an ordinary user owns all of it already, so
// that there is nothing to hand over where the tests do not run as root.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Secrets, serviceUser } from '@pochtar/native';
import { temporaryDirectory } from '@pochtar/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import { handOver, handOverSecrets, MailHandOver } from './handing-over.ts';
import { volumeMark } from './installation-state.ts';
import { makeStateDirectories, type StatePaths, statePaths } from './paths.ts';
import { readProcessTable } from './process-table.ts';

const user = serviceUser();
const table = readProcessTable();
const programs = table.filter(({ once }) => !once);

/** As the user that programs run as. */
function asUser(...command: string[]): number | null {
  const drop = [`--reuid=${user?.uid}`, `--regid=${user?.gid}`, '--clear-groups', '--no-new-privs'];
  return spawnSync('setpriv', [...drop, '--', ...command]).status;
}

const canRead = (path: string): boolean => asUser('head', '-c', '1', '--', path) === 0;
const canWrite = (directory: string): boolean => asUser('touch', join(directory, 'new')) === 0;

/** An installation whose programs ran as root: all of it is root's, and closed. */
function installationOfBefore(directory: string): { paths: StatePaths; secrets: Secrets } {
  chmodSync(directory, 0o711);
  const paths = statePaths(join(directory, 'var'));
  makeStateDirectories(paths);
  const secrets = new Secrets(paths.secrets);
  secrets.ensureAll({ isNew: true });
  mkdirSync(join(paths.mail, 'packs'), { recursive: true, mode: 0o700 });
  chmodSync(paths.mail, 0o700);
  for (const path of [join(paths.mail, volumeMark), join(paths.mail, 'packs/one'), join(paths.spool, 'body')])
    writeFileSync(path, 'text', { mode: 0o600 });
  return { paths, secrets };
}

describe.runIf(user)('an installation whose programs ran as root', () => {
  let before: { paths: StatePaths; secrets: Secrets };
  beforeEach(({ onTestFinished }) => {
    const dir = temporaryDirectory();
    onTestFinished(() => dir[Symbol.dispose]());
    before = installationOfBefore(dir.path);
  });

  test('hands them their mails and temporary files', async () => {
    const { paths, secrets } = before;
    expect(canRead(join(paths.mail, 'packs/one'))).toBe(false);
    handOver(paths, secrets, { table, user });
    expect(await new MailHandOver(paths, user).done()).toBe(paths.mail);
    for (const file of ['packs/one', volumeMark]) expect(canRead(join(paths.mail, file)), file).toBe(true);
    expect(canRead(join(paths.spool, 'body'))).toBe(true);
    for (const directory of [join(paths.mail, 'packs'), paths.mail, paths.spool, paths.announcements]) {
      expect(canWrite(directory), directory).toBe(true);
    }
    for (const directory of [paths.run, paths.log, paths.var]) {
      expect(canWrite(directory), directory).toBe(false);
    }
  });

  test('gives each of its secrets to read and none to replace, and the master key to those that decrypt', () => {
    const { paths, secrets } = before;
    handOver(paths, secrets, { table, user });
    const ownersKey = readFileSync(secrets.masterKeyFile, 'utf8');
    for (const { name, user: folder, masterKey } of programs) {
      const directory = join(paths.secrets, folder);
      expect(readdirSync(directory).includes('master-key'), name).toBe(masterKey);
      for (const file of readdirSync(directory)) expect(canRead(join(directory, file)), name).toBe(true);
      expect(canWrite(directory), name).toBe(false);
      if (masterKey) expect(readFileSync(secrets.masterKeyCopy(folder), 'utf8'), name).toBe(ownersKey);
    }
    const others = [secrets.masterKeyFile, secrets.superuserPasswordFile, secrets.natsPasswordFile('ctl')];
    for (const file of others) expect(canRead(file), file).toBe(false);
  });

  test('gives a master key that was renewed to those that have an older one, or none', () => {
    const { secrets } = before;
    handOverSecrets(secrets, { table, user });
    const [first, second] = programs.filter(({ masterKey }) => masterKey).map((one) => one.user);
    secrets.renewMasterKey();
    rmSync(secrets.masterKeyCopy(second ?? ''));
    handOverSecrets(secrets, { table, user });
    const key = readFileSync(secrets.masterKeyFile, 'utf8');
    for (const folder of [first, second]) {
      const copy = secrets.masterKeyCopy(folder ?? '');
      expect(readFileSync(copy, 'utf8')).toBe(key);
      expect(canRead(copy)).toBe(true);
    }
  });

  test('follows no link that the programs may have put into what is theirs', async () => {
    const { paths, secrets } = before;
    handOver(paths, secrets, { table, user });
    await new MailHandOver(paths, user).done();
    rmSync(join(paths.mail, volumeMark));
    for (const directory of [paths.mail, paths.spool]) {
      symlinkSync(secrets.masterKeyFile, join(directory, directory === paths.mail ? volumeMark : 'link'));
    }
    handOver(paths, secrets, { table, user });
    await new MailHandOver(paths, user).done();
    expect(statSync(secrets.masterKeyFile).uid).toBe(0);
    expect(lstatSync(join(paths.mail, volumeMark)).isSymbolicLink()).toBe(true);
  });
});
