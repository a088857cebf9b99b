// What is remembered of clients and senders: the white and the black list, the greylist, and how much was sent.
export * from './access-changes.ts';
export * from './access-entries.ts';
export * from './access-state.ts';
export * from './bans.ts';
export * from './dnsbl-refusals.ts';
export * from './dnsbl-zones.ts';
export * from './entry-hits.ts';
export * from './greylist.ts';
export * from './greylist-days.ts';
export * from './guarded-clients.ts';
export * from './login-failures.ts';
export * from './named-networks.ts';
export * from './sending-count.ts';
