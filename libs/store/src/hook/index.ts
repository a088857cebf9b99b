// Web hooks: which there are, what is to be told to each, and how telling goes.
export * from './gather.ts';
export * from './hooks.ts';
export * from './ledger.ts';
export * from './payload.ts';
export * from './sending.ts';
