// What became of mails and of attempts that never became one.
export * from './find.ts';
export * from './forget.ts';
export * from './refusal.ts';
export * from './traffic.ts';
export * from './tls-session.ts';
