// The one-shot container "secrets" of docker-compose.yml: makes the passwords of a new installation and the
// configuration files that contain them. Each directory is mounted into the one container it is for. What exists
// stays, so that it may run at every start.
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { natsConfig } from './nats-config.ts';
import { readSecret, Secrets } from './secrets.ts';

/** Programs that get the master key: a block with x-pochtar.masterKey in docker-compose.yml. */
export const mayDecrypt = [
  'smtp',
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
];

/** The user of our own image (infra/Dockerfile). */
const imageUser = 10_001;
/** The user postgres of the official image, as which the scripts in infra/postgres/init run. */
const postgresUser = 999;

const bucket = 'pochtar';

/** Fills `directory`; `firstSettings` is a JSON object of sections, laid over what the containers start with. */
export function makeComposeSecrets(directory: string, firstSettings = ''): void {
  const secrets = new Secrets(directory);
  // Whoever has passwords had a master key as well: one that is gone is lost, and not made again here.
  secrets.ensureAll({ isNew: !existsSync(secrets.postgresPasswordFile('owner')) });
  for (const program of mayDecrypt) keepCopy(secrets.masterKeyFile, secrets.masterKeyCopy(program));
  keepCopy(secrets.postgresPasswordFile('owner'), join(directory, 'postgres', 'owner-password'));
  const s3Key = join(directory, 'seaweedfs', 'secret-key');
  mkdirSync(join(directory, 'seaweedfs'), { recursive: true });
  if (!existsSync(s3Key)) writePrivate(s3Key, randomBytes(24).toString('base64url'));
  writePrivate(join(directory, 'seaweedfs', 's3.json'), s3Identities(readSecret(s3Key)));
  mkdirSync(join(directory, 'nats'), { recursive: true });
  writePrivate(join(directory, 'nats', 'nats.conf'), containerNatsConfig(secrets));
  const first = firstDocument(readSecret(s3Key), firstSettings);
  writePrivate(join(directory, 'first-settings.json'), `${JSON.stringify(first, null, 2)}\n`);
  if (process.getuid?.() === 0) giveAway(directory);
}

function containerNatsConfig(secrets: Secrets): string {
  return natsConfig({
    host: '0.0.0.0',
    port: 4222,
    storeDir: '/data',
    // infra/nats/start.sh asks there.
    monitor: '127.0.0.1:8222',
    passwordOf: (user) => JSON.stringify(secrets.natsPassword(user)),
    syncAlways: true,
  });
}

function s3Identities(secretKey: string): string {
  const credentials = [{ accessKey: bucket, secretKey }];
  const actions = ['Admin', 'Read', 'Write', 'List'];
  return JSON.stringify({ identities: [{ name: bucket, credentials, actions }] });
}

function firstDocument(secretKey: string, firstSettings: string): unknown {
  const given = firstSettings === '' ? {} : (JSON.parse(firstSettings) as Record<string, unknown>);
  return {
    settings: { antivirus: { clamavEnabled: true, clamavAddress: 'clamav:3310' }, ...given },
    volume: {
      name: 'seaweedfs',
      kind: 's3',
      config: {
        endpoint: 'seaweedfs',
        port: 8333,
        useSsl: false,
        bucket,
        region: 'us-east-1',
        accessKey: bucket,
      },
      secretKey,
    },
  };
}

function keepCopy(from: string, to: string): void {
  mkdirSync(join(to, '..'), { recursive: true });
  copyFileSync(from, to);
  chmodSync(to, 0o600);
}

function writePrivate(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600 });
}

// Each container reads its directory as its own user; nats and seaweedfs run as root.
function giveAway(directory: string): void {
  chownSync(directory, imageUser, imageUser);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.name === 'nats' || entry.name === 'seaweedfs') continue;
    const user = entry.name === 'postgres' ? postgresUser : imageUser;
    chownSync(path, user, user);
    if (entry.isDirectory()) for (const file of readdirSync(path)) chownSync(join(path, file), user, user);
  }
}

if (import.meta.main) {
  const [directory] = process.argv.slice(2);
  if (!directory) throw new Error('compose-secrets.ts <directory>');
  makeComposeSecrets(directory, process.env['POCHTAR_FIRST_SETTINGS']);
}
