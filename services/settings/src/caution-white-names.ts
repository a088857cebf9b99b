// What the switches of the lists mean for the names that stand in the white list.
import { type AccessListsSettings, complaint, type SettingsCaution, text } from '@pochtar/settings';
import type { Queryable } from '@pochtar/store/db';
import { countLists } from '@pochtar/store/lists';

export async function cautionWhiteNames(
  db: Queryable,
  { whiteNamesNeedSpf }: AccessListsSettings,
): Promise<SettingsCaution[]> {
  if (whiteNamesNeedSpf !== 'no') return [];
  const { whiteNames } = await countLists(db);
  if (whiteNames === 0) return [];
  const at = { section: 'accessLists', field: 'whiteNamesNeedSpf' };
  const unchecked = text(
    `в белом списке имён: ${whiteNames}; кто угодно может назваться таким именем и обойти проверки: внесите вместо имён адреса`,
    `names in the white list: ${whiteNames}; anybody can call himself by one and pass the checks: white-list addresses instead of names`,
  );
  return [complaint(at, 'forgeable', unchecked)];
}
