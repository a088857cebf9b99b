// Secrets at rest: AES-256-GCM under the master key, one row each. The row's name is authenticated with the
// text, so that a ciphertext moved to another row does not open.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Queryable } from '../db.ts';

const ALGORITHM = 'aes-256-gcm';
const VERSION = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** 32 bytes. */
export type MasterKey = Buffer;

/** Reads POCHTAR_MASTER_KEY_FILE: 32 bytes in base64. Throws an error that names the file and the remedy. */
export async function readMasterKey(file: string | undefined): Promise<MasterKey> {
  if (file === undefined)
    throw new Error('POCHTAR_MASTER_KEY_FILE is not set: give the file of the master key');
  const written = (await readFile(file, 'utf8')).trim();
  const key = Buffer.from(written, 'base64');
  if (key.length !== 32 || !/^[A-Za-z0-9+/]{43}=$/.test(written)) {
    throw new Error(
      `${file}: the master key must be 32 bytes in base64 (make one with: openssl rand -base64 32)`,
    );
  }
  return key;
}

/** version (1 byte), iv (12), tag (16), ciphertext */
export function sealSecret(key: MasterKey, name: string, plain: string): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(name));
  const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return Buffer.concat([Buffer.from([VERSION]), iv, cipher.getAuthTag(), sealed]);
}

/** Throws when the text was sealed with another key or for another name, or was changed. */
export function openSecret(key: MasterKey, name: string, sealed: Buffer): string {
  const start = 1 + IV_BYTES + TAG_BYTES;
  if (sealed.length < start || sealed[0] !== VERSION) throw new Error(`secret ${name}: unknown format`);
  const iv = sealed.subarray(1, 1 + IV_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(name))
    .setAuthTag(sealed.subarray(1 + IV_BYTES, start));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(start)), decipher.final()]).toString('utf8');
  } catch {
    throw new Error(`secret ${name}: it does not open with this master key`);
  }
}

/** Stores a secret such as `relay.password`, replacing what was there. */
export async function putSecret(db: Queryable, key: MasterKey, name: string, value: string): Promise<void> {
  await db.query({
    text: `insert into settings.secret (name, ciphertext) values ($1, $2)
      on conflict (name) do update set ciphertext = excluded.ciphertext, changed_at = now()`,
    values: [name, sealSecret(key, name, value)],
  });
}

export async function deleteSecret(db: Queryable, name: string): Promise<void> {
  await db.query({ text: 'delete from settings.secret where name = $1', values: [name] });
}

/** The names of all secrets that are set. Only the settings role may ask. */
export async function secretNames(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ name: string }>({ text: 'select name from settings.secret order by name' });
  return rows.map((row) => row.name);
}

// Each role reads secrets through the view that is granted to it (migration 0003).
function sourceOf(name: string): string {
  if (name === 'relay.password') return 'settings.relay_secret';
  return name.startsWith('volume.') ? 'settings.volume_secret' : 'settings.secret';
}

/** The secret's text, or null when it is not set. */
export async function readSecret(db: Queryable, key: MasterKey, name: string): Promise<string | null> {
  const [row] = await db.query<{ ciphertext: Buffer }>({
    text: `select ciphertext from ${sourceOf(name)} where name = $1`,
    values: [name],
  });
  return row === undefined ? null : openSecret(key, name, row.ciphertext);
}
