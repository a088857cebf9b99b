// What the switches of the lists mean for the names that stand in the white list.
import { type AccessListsSettings, complaint, type SettingsCaution, text } from '@pochtar/settings';
import type { Queryable } from '@pochtar/store/db';
import { countLists } from '@pochtar/store/lists';

export async function cautionWhiteNames(
  db: Queryable,
  { whiteNamesNeedSpf }: AccessListsSettings,
): Promise<SettingsCaution[]> {
  const { whiteNames } = await countLists(db);
  if (whiteNames === 0) return [];
  const at = { section: 'accessLists', field: 'whiteNamesNeedSpf' };
  const unchecked = text(
    `в белом списке имён: ${whiteNames}; кто угодно может назваться таким именем и обойти проверки: внесите вместо имён адреса`,
    `names in the white list: ${whiteNames}; anybody can call himself by one and pass the checks: white-list addresses instead of names`,
  );
  const idle = text(
    `в белом списке имён: ${whiteNames}; проверка SPF в этой версии недоступна, и они не действуют: выберите no или внесите адреса`,
    `names in the white list: ${whiteNames}; checking SPF is not available in this version, and they have no effect: give no, or enter addresses`,
  );
  return [
    whiteNamesNeedSpf === 'no' ? complaint(at, 'forgeable', unchecked) : complaint(at, 'notAvailable', idle),
  ];
}
