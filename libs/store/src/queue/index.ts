// What is in transit: accepting, judging, delivering, retrying. The only code that knows the queue's tables.
export * from './accept.ts';
export * from './append-local.ts';
export * from './browse.ts';
export * from './claim.ts';
export * from './deliver.ts';
export * from './derived-id.ts';
export * from './edit-content.ts';
export * from './end-recipients.ts';
export * from './hold.ts';
export * from './load-mail.ts';
export * from './lost-event.ts';
export * from './owed-notice.ts';
export * from './routing.ts';
export * from './schedule.ts';
export * from './verdict.ts';
export * from './taken-alone.ts';
