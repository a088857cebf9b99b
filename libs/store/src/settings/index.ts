// The settings in Postgres: sections with revisions and history, secrets, certificates.
export * from './certificates.ts';
export * from './derived-key.ts';
export * from './history.ts';
export * from './master-key.ts';
export * from './put-off-steps.ts';
export * from './secrets.ts';
export * from './sections.ts';
