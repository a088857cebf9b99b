// The address book as the LDAP service and CardDAV read it.
export * from './cards.ts';
export * from './changes.ts';
export * from './photos.ts';
