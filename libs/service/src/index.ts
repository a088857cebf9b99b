// What every service opens and follows. Plain functions that services call in their own order; nothing here knows
// a protocol or a service.
export * from './access-encryption.ts';
export * from './access-lists/access-matcher.ts';
export * from './access-lists/follow-access-lists.ts';
export * from './auth-check.ts';
export * from './client-guard.ts';
export * from './disk-space.ts';
export * from './follow-listeners.ts';
export * from './followed-networks.ts';
export * from './incoming-body.ts';
export * from './log-in.ts';
export * from './login-guard.ts';
export * from './open-blobs.ts';
export * from './open-listeners.ts';
export * from './open-service.ts';
export * from './outgoing-message.ts';
export * from './ports-test.ts';
export * from './sasl.ts';
export * from './scram/channel-binding.ts';
export * from './scram/follow-scram.ts';
export * from './scram/scram-offer.ts';
export * from './scram/scram-log-in.ts';
export * from './sessions.ts';
export * from './transient.ts';
export * from './volume-watch.ts';
export * from './wanted-listeners.ts';
