// What is in transit: accepting, judging, delivering, retrying. The only code that knows the queue's tables.
export * from './accept.ts';
export * from './append-local.ts';
export * from './browse.ts';
export * from './claim.ts';
export {
  combineVerdicts,
  type Decision,
  recipientGroups,
  type RecipientGroup,
  targetOf,
} from './combine-verdicts.ts';
export * from './combined-edits.ts';
export * from './deliver.ts';
export * from './derived-id.ts';
export * from './destinations.ts';
export * from './domain-routes.ts';
export * from './edit-content.ts';
export * from './far-side.ts';
export * from './end-recipients.ts';
export * from './file-local.ts';
export * from './generation.ts';
export { matchingMails, type QueueFilter, type ShownState, type Walk } from './find.ts';
export * from './glance.ts';
export * from './hold.ts';
export * from './load-mail.ts';
export * from './lost-event.ts';
export * from './mail-to-judge.ts';
export * from './owed-notice.ts';
export * from './pass-unseen.ts';
export * from './quarantine.ts';
export * from './quarantine-digest.ts';
export * from './routing.ts';
export * from './schedule.ts';
export * from './scope.ts';
export * from './sender.ts';
export * from './auditor-copy.ts';
export * from './split.ts';
export * from './sts-policy.ts';
export * from './verdict.ts';
export * from './wait-at-filter.ts';
export * from './taken-alone.ts';
