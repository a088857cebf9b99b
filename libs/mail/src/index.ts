// Everything other packages may use of the mail formats.

export * from './address.ts';
export * from './address-list.ts';
export * from './authentication-results.ts';
export * from './body-text.ts';
export * from './content-type.ts';
export * from './crlf-lines.ts';
export * from './date.ts';
export * from './describe.ts';
export { buildDsn } from './dsn.ts';
export type { Dsn, DsnRecipient } from './dsn.ts';
export type { DsnAction } from './dsn-text.ts';
export * from './envelope-fields.ts';
export * from './foreign.ts';
export * from './header.ts';
export * from './header-edits.ts';
export * from './imap-text.ts';
export * from './parts-text.ts';
export * from './received.ts';
export * from './rewrite-sender.ts';
export type { ReportLanguage } from './report.ts';
export * from './scan.ts';
export * from './short-header.ts';
export { DEFAULT_SCAN_LIMITS } from './structure.ts';
export type { Part, ScanLimits } from './structure.ts';
export * from './virus-report.ts';
export * from './words.ts';
export * from './xtext.ts';
