// What is remembered of clients and senders: the greylist, and how much was sent.
export * from './greylist.ts';
export * from './login-failures.ts';
export * from './sending-count.ts';
