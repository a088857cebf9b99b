// Debian's Thunderbird, unpacked where it is not installed: a mail program that is not ours, for tests. It runs without a
// window, and is told what to do over Marionette.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePackage, installedProgram, librariesOf } from './debian-package.ts';
import { giveTree } from './ownership.ts';
import { freePort } from './ports.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { serverUser } from './system-users.ts';

const home = 'usr/lib/thunderbird';
/** It asks the network for nothing on its own account. */
const quiet = [
  ...['app.update.enabled', 'datareporting.policy.dataSubmissionEnabled', 'mail.provider.enabled'],
  ...[
    'extensions.update.enabled',
    'network.captive-portal-service.enabled',
    'network.connectivity-service.enabled',
  ],
];

export interface Thunderbird {
  server: ServerProcess;
  /** Of Marionette. */
  port: number;
}

/** `dir` is one of its own; `prefs` are lines of `user.js`. */
export async function startThunderbird(dir: string, prefs: string): Promise<Thunderbird> {
  const { path, env } = await ensureThunderbird();
  const port = await freePort();
  const profile = join(dir, 'profile');
  mkdirSync(profile, { recursive: true });
  const lines = [
    `user_pref("marionette.port", ${port});`,
    ...quiet.map((name) => `user_pref("${name}", false);`),
  ];
  writeFileSync(join(profile, 'user.js'), [...lines, prefs].join('\n'));
  giveTree(dir, serverUser());
  const server = await startServer({
    ...{ name: 'thunderbird', command: path, paths: [dir] },
    args: ['--headless', '--marionette', '--remote-allow-system-access', '--no-remote', '--profile', profile],
    env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', ...env, HOME: dir, MOZ_HEADLESS: '1' },
  });
  return { server, port };
}

interface Program {
  path: string;
  /** What the program needs beside the environment it is started in. */
  env: Record<string, string>;
}

async function ensureThunderbird(): Promise<Program> {
  const installed = installedProgram('thunderbird');
  if (installed !== undefined) return { path: installed, env: {} };
  const root = await ensurePackage({ debianPackage: 'thunderbird' });
  // The script beside it knows only the place of an installation.
  const path = join(root, home, 'thunderbird-bin');
  if (!existsSync(path)) throw new Error(`the package thunderbird in ${root} holds no Thunderbird`);
  return { path, env: { LD_LIBRARY_PATH: [join(root, home), ...librariesOf(root)].join(':') } };
}
