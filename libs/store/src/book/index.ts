// The address book as the LDAP service reads it.
export * from './changes.ts';
export * from './photos.ts';
