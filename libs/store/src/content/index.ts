// A stored body as a row: what is known of it, and its bytes as a reader is shown them.
export * from './delivered-body.ts';
export * from './new-content.ts';
export * from './old-texts.ts';
