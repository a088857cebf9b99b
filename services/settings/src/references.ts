// What settings refer to has to be there: certificates, the default domain, the volume, the relay's password.
import { complaint, fieldName, type Settings, type SettingsError, text } from '@pochtar/settings';
import type { Queryable } from '@pochtar/store/db';
import { localDomains } from '@pochtar/store/directory';
import { listCertificates } from '@pochtar/store/settings';

/** Complaints about references of the changed sections. `secrets` are the names of those that will be set. */
export async function checkReferences(
  db: Queryable,
  settings: Settings,
  changed: ReadonlySet<string>,
  secrets: ReadonlySet<string>,
): Promise<SettingsError[]> {
  const errors: SettingsError[] = [];
  for (const section of ['smtpEncryption', 'accessEncryption'] as const) {
    if (changed.has(section))
      errors.push(...(await checkCertificate(db, section, settings[section].certificateId)));
  }
  if (changed.has('general')) errors.push(...(await checkGeneral(db, settings.general)));
  if (changed.has('relay') && settings.relay.authEnabled && !secrets.has('relay.password')) {
    errors.push(missingPassword());
  }
  return errors;
}

function missingPassword(): SettingsError {
  const authEnabled = { section: 'relay', field: 'authEnabled' };
  const { ru, en } = fieldName(authEnabled);
  const message = text(
    `не задан, а ${ru} включено: задайте его или выключите ${ru}`,
    `it is not set while ${en} is on: set it, or turn ${en} off`,
  );
  return complaint({ section: 'relay', field: 'password' }, 'missing', message, [authEnabled]);
}

async function checkCertificate(db: Queryable, section: string, id: string | null): Promise<SettingsError[]> {
  if (id === null) return [];
  const servers = (await listCertificates(db)).filter((certificate) => !certificate.isCa);
  if (servers.some((certificate) => certificate.id === id)) return [];
  return [
    notThere(
      section,
      'certificateId',
      id,
      servers.map((certificate) => certificate.id),
    ),
  ];
}

async function checkGeneral(db: Queryable, general: Settings['general']): Promise<SettingsError[]> {
  const errors: SettingsError[] = [];
  if (general.defaultDomain !== null) {
    const domains = await localDomains(db);
    if (!domains.includes(general.defaultDomain)) {
      errors.push(notThere('general', 'defaultDomain', general.defaultDomain, domains));
    }
  }
  if (general.storageVolume !== null) {
    const rows = await db.query<{ name: string }>({ text: 'select name from store.volume order by name' });
    const names = rows.map((row) => row.name);
    if (!names.includes(general.storageVolume)) {
      errors.push(notThere('general', 'storageVolume', general.storageVolume, names));
    }
  }
  return errors;
}

function notThere(section: string, field: string, value: string, known: readonly string[]): SettingsError {
  const list = known.slice(0, 20).join(', ');
  const message = text(
    `«${value.slice(0, 100)}» не найден; укажите null или одно из: ${list}`,
    `“${value.slice(0, 100)}” does not exist; give null or one of: ${list}`,
  );
  return complaint({ section, field }, 'notFound', message);
}
