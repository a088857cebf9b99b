// What is in transit: accepting, judging, delivering, retrying. The only code that knows the queue's tables.
export * from './accept.ts';
export * from './deliver.ts';
export * from './verdict.ts';
