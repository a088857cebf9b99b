// What the dialogue filters remember of clients and senders.
export * from './greylist.ts';
