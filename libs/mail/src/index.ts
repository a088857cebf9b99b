// Everything other packages may use of the mail formats.

export * from './address.ts';
export * from './address-list.ts';
export * from './body-text.ts';
export * from './content-type.ts';
export * from './date.ts';
export * from './describe.ts';
export * from './envelope-fields.ts';
export * from './foreign.ts';
export * from './header.ts';
export * from './imap-text.ts';
export * from './parts-text.ts';
export * from './received.ts';
export * from './scan.ts';
export * from './short-header.ts';
export { DEFAULT_SCAN_LIMITS, isIdentity } from './structure.ts';
export type { Part, ScanLimits } from './structure.ts';
export * from './words.ts';
