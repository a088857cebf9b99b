// Certificates with their keys: chains are public, keys are sealed with the master key.
import type { Queryable } from '../db.ts';
import { type MasterKey, openSecret, sealSecret } from './secrets.ts';

export interface StoredCertificate {
  id: string;
  name: string;
  /** Leaf first. */
  chainPem: string;
  isCa: boolean;
  origin: 'generated' | 'imported';
  notAfter: Date;
  createdAt: Date;
}

const COLUMNS = `id, name, chain_pem as "chainPem", is_ca as "isCa", origin, not_after as "notAfter",
  created_at as "createdAt"`;

/** All certificates without their keys; the authority's included. Only the settings role may ask. */
export function listCertificates(db: Queryable): Promise<StoredCertificate[]> {
  return db.query<StoredCertificate>({
    text: `select ${COLUMNS} from settings.certificate order by is_ca desc, created_at, id`,
  });
}

/** One certificate with its key. Only the settings role may ask. */
export async function readCertificate(
  db: Queryable,
  key: MasterKey,
  id: string,
): Promise<(StoredCertificate & { keyPem: string }) | null> {
  const [row] = await db.query<StoredCertificate & { sealed: Buffer }>({
    text: `select ${COLUMNS}, key_ciphertext as sealed from settings.certificate where id = $1`,
    values: [id],
  });
  if (row === undefined) return null;
  const { sealed, ...certificate } = row;
  return { ...certificate, keyPem: openSecret(key, secretName(id), sealed) };
}

export interface NewCertificate {
  id: string;
  name: string;
  chainPem: string;
  keyPem: string;
  isCa?: boolean;
  origin: 'generated' | 'imported';
  notAfter: Date;
}

/** Stores a certificate; one with the same id is replaced, but never an authority by a server or the reverse. */
export async function saveCertificate(
  db: Queryable,
  key: MasterKey,
  certificate: NewCertificate,
): Promise<boolean> {
  const { id, name, chainPem, keyPem, isCa = false, origin, notAfter } = certificate;
  const rows = await db.query({
    text: `insert into settings.certificate as c (id, name, chain_pem, key_ciphertext, is_ca, origin, not_after)
      values ($1, $2, $3, $4, $5, $6, $7)
      on conflict (id) do update set name = excluded.name, chain_pem = excluded.chain_pem,
        key_ciphertext = excluded.key_ciphertext, origin = excluded.origin, not_after = excluded.not_after,
        created_at = now()
        where c.is_ca = excluded.is_ca
      returning id`,
    values: [id, name, chainPem, sealSecret(key, secretName(id), keyPem), isCa, origin, notAfter],
  });
  return rows.length > 0;
}

/** Whether there was one to remove. */
export async function deleteCertificate(db: Queryable, id: string): Promise<boolean> {
  const rows = await db.query({
    text: 'delete from settings.certificate where id = $1 and not is_ca returning id',
    values: [id],
  });
  return rows.length > 0;
}

/** Every server certificate with its key, for TLS listeners; the generated one first. */
export async function readServerCertificates(
  db: Queryable,
  key: MasterKey,
): Promise<{ id: string; chainPem: string; keyPem: string }[]> {
  const rows = await db.query<{ id: string; chainPem: string; sealed: Buffer }>({
    text: `select id, chain_pem as "chainPem", key_ciphertext as sealed from settings.server_certificate
      order by id = '${GENERATED_CERTIFICATE}' desc, id`,
  });
  return rows.map(({ sealed, ...row }) => ({ ...row, keyPem: openSecret(key, secretName(row.id), sealed) }));
}

/** The server certificate that is made at first start, shown where no other is chosen. */
export const GENERATED_CERTIFICATE = 'generated';
/** Our own authority. */
export const AUTHORITY_CERTIFICATE = 'authority';

function secretName(id: string): string {
  return `certificate.${id}`;
}
