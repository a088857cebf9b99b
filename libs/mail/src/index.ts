// Everything other packages may use of the mail formats.

export * from './address.ts';
export * from './content-type.ts';
export * from './envelope-fields.ts';
export * from './header.ts';
export * from './scan.ts';
export { DEFAULT_SCAN_LIMITS, isIdentity } from './structure.ts';
export type { Part, ScanLimits } from './structure.ts';
