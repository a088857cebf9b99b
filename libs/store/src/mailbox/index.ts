// Mailboxes, messages, subscriptions: the only code that knows their tables. IMAP, POP3, the making and deleting
// of accounts, and retention all come through here.
export {
  type Annotated,
  type Annotation,
  readAnnotationMarks,
  readAnnotations,
  writeAnnotations,
} from './annotations.ts';
export { type Location, type MessageColumns, readColumns, readLocations } from './columns.ts';
export { appendMessages, type AppendOutcome, type NewMessage } from './append.ts';
export { type Copied, copyMessages, type CopyOutcome, type CopyRequest, moveMessages } from './copy.ts';
export {
  createMailbox,
  type CreateOutcome,
  ensureInbox,
  MAX_MAILBOXES,
} from './create.ts';
export { deleteMailbox, type DeleteOutcome } from './delete.ts';
export { type Expunged, expungeDeleted, expungeMessages } from './expunge.ts';
export {
  type ContentColumn,
  fetchMessages,
  type MessageContent,
  type MessagePage,
  readContents,
  readStored,
  type TextColumn,
} from './fetch.ts';
export { FLAG, type FlagColumns, MAX_KEYWORDS } from './flags.ts';
export { type ListedTexts, readListing } from './listing.ts';
export { type Maildrop, openMaildrop, readStoredMessages, type StoredMessage } from './maildrop.ts';
export { endLease, LEASE_SECONDS, type MaildropLease, renewLeases, takeLease } from './maildrop-lease.ts';
export { DELIMITER, INBOX, isInferior, isNewName, mailboxName, superiorNames } from './mailbox-name.ts';
export {
  findMailbox,
  listMailboxes,
  type Mailbox,
  type MailboxChange,
  readMailbox,
  readModSeqs,
  type SpecialUse,
} from './mailbox-row.ts';
export { type ExpungedLimits, pruneExpunged } from './prune-expunged.ts';
export { type Quota, readQuota } from './quota.ts';
export { renameMailbox, type RenameOutcome } from './rename.ts';
export { findMessages, type MessageFilter } from './search.ts';
export { makeBlock, type Narrowing, type SignedMessage } from './search-index/block.ts';
export {
  asIndexMaker,
  findCandidates,
  insertBlock,
  joinSmallBlocks,
  nextUnindexed,
  removeUselessBlocks,
  SMALL_BLOCK,
  type Unindexed,
  unindexedUids,
} from './search-index/blocks.ts';
export { signMessage } from './search-index/sign-message.ts';
export { type AppendMessages, sharedAppend } from './shared-append.ts';
export { sharedFlags, type StoreFlags } from './shared-flags.ts';
export { type FlagEdit, type FlagOutcome, storeFlags } from './store-flags.ts';
export { listSubscriptions, MAX_SUBSCRIPTIONS, subscribe, unsubscribe } from './subscription.ts';
export {
  type Changes,
  changesSince,
  claimRecent,
  countDeleted,
  countRecent,
  firstUnseen,
  type OpenedView,
  openView,
  readChangedUids,
  readUids,
  sumDeleted,
} from './view.ts';
