// Who exists: domains, accounts, aliases, groups, administrators; where an address leads, and who may log in.
export * from './accounts.ts';
export * from './administrators.ts';
export * from './contact-import.ts';
export * from './contacts.ts';
export * from './dkim-keys.ts';
export * from './domain-dns.ts';
export * from './domains.ts';
export * from './names.ts';
export * from './passwords.ts';
export * from './photos.ts';
export * from './postmaster.ts';
export * from './principals.ts';
export * from './recipients.ts';
export * from './scram-keys.ts';
export * from './standing.ts';
export * from './tokens.ts';
export { type PageOptions, type Scope } from './scope.ts';
