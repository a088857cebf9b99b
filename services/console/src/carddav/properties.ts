// The properties of each resource: those that telephones and mail programs ask for on their way to the address book.
import { collations } from './card-query.ts';
import type { ShownCard } from './book.ts';
import { CARD, DAV, href, type PropertyValue } from './multistatus.ts';
import { bookPath, principalPath, ROOT } from './paths.ts';
import { xmlText } from '@pochtar/settings/client-setup';

export interface BookProperties {
  owner: string | null;
  displayName: string;
  syncToken: string;
}

/** Octets of the largest card: a photo of 64 KiB in base64, and the fields. */
const MAX_RESOURCE = 128 * 1024;
const read = '<D:privilege><D:read/></D:privilege>';
const privileges = `${read}<D:privilege><D:read-current-user-privilege-set/></D:privilege>`;

export const REPORTS = {
  query: `${CARD} addressbook-query`,
  multiget: `${CARD} addressbook-multiget`,
  sync: `${DAV} sync-collection`,
} as const;

type Properties = Readonly<Record<string, string>>;

/** What all of them have (RFC 3744 §5.4, RFC 5397 §3). */
function common(owner: string | null): Properties {
  const principal = owner === null ? '<D:unauthenticated/>' : href(principalPath(owner));
  return {
    [`${DAV} current-user-principal`]: principal,
    [`${DAV} current-user-privilege-set`]: privileges,
    ...(owner !== null && { [`${DAV} owner`]: href(principalPath(owner)) }),
  };
}

export function rootProperties(owner: string): Properties {
  return {
    ...common(owner),
    [`${DAV} resourcetype`]: '<D:collection/>',
    [`${DAV} displayname`]: 'Pochtar',
    [`${DAV} principal-collection-set`]: href(ROOT),
  };
}

export function principalProperties(owner: string | null): Properties {
  return {
    ...common(owner),
    [`${DAV} resourcetype`]: '<D:collection/><D:principal/>',
    [`${DAV} displayname`]: xmlText(owner ?? 'Pochtar'),
    [`${DAV} principal-URL`]: href(principalPath(owner)),
    [`${DAV} principal-collection-set`]: href(ROOT),
    // RFC 6352 §7.1.1.
    [`${CARD} addressbook-home-set`]: href(principalPath(owner)),
  };
}

export function bookProperties({ owner, displayName, syncToken }: BookProperties): Properties {
  const types = ['3.0', '4.0'].map(
    (version) => `<C:address-data-type content-type="text/vcard" version="${version}"/>`,
  );
  return {
    ...common(owner),
    [`${DAV} resourcetype`]: '<D:collection/><C:addressbook/>',
    [`${DAV} displayname`]: xmlText(displayName),
    [`${DAV} sync-token`]: syncToken,
    [`${DAV} supported-report-set`]: Object.values(REPORTS)
      .map((name) => name.split(' ') as [string, string])
      .map(([space, local]) => `${space === CARD ? 'C' : 'D'}:${local}`)
      .map((tag) => `<D:supported-report><D:report><${tag}/></D:report></D:supported-report>`)
      .join(''),
    [`${CARD} supported-address-data`]: types.join(''),
    [`${CARD} supported-collation-set`]: collations
      .map((name) => `<C:supported-collation>${name}</C:supported-collation>`)
      .join(''),
    [`${CARD} max-resource-size`]: String(MAX_RESOURCE),
    // Older programs look at this one alone.
    'http://calendarserver.org/ns/ getctag': syncToken,
  };
}

export function cardProperty(
  name: string,
  { etag }: ShownCard,
  owner: string | null,
  vcard?: string,
): PropertyValue {
  switch (name) {
    case `${DAV} getetag`:
      return xmlText(etag);
    case `${DAV} getcontenttype`:
      return 'text/vcard; charset=utf-8';
    case `${DAV} resourcetype`:
      return '';
    case `${CARD} address-data`:
      return vcard === undefined ? undefined : xmlText(vcard);
    default:
      return common(owner)[name];
  }
}

/** `DAV: allprop` of a card. */
export const CARD_PROPERTIES = [`${DAV} getetag`, `${DAV} getcontenttype`, `${DAV} resourcetype`];

export function cardPath(owner: string | null, name: string): string {
  return `${bookPath(owner)}${name}`;
}
