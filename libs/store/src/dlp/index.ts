export * from './documents.ts';
export * from './incidents.ts';
export * from './rules.ts';
