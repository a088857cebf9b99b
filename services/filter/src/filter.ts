// What a filter is: one file in filters/ that exports one of these two. A filter returns a verdict and never
// acts; dialogue.ts and content.ts, one for each kind, do everything around it.
import type { Bus, CheckReply, CheckRequest, ContentFilter as ContentFilterName } from '@pochtar/bus';
import { dialogueFilters, type DialogueFilter as DialogueFilterName, incomingFilters } from '@pochtar/bus';
import type { Logger, Resolver } from '@pochtar/runtime';
import type { LiveSettings, SectionName } from '@pochtar/settings';
import type { BlobStore } from '@pochtar/store/blob';
import type { NewContent } from '@pochtar/store/content';
import type { Database } from '@pochtar/store/db';
import type { MasterKey } from '@pochtar/store/settings';
import type { MailToJudge } from '@pochtar/store/queue';

export { dialogueFilters };
/** All content filters; the order in which a mail passes them is the bus's. */
export const contentFilters = incomingFilters;

export type { ContentFilterName, DialogueFilterName };
export type FilterName = DialogueFilterName | ContentFilterName;

/** What a filter works with. */
export interface FilterTools {
  /** The newest document of one of the filter's own sections. */
  current: LiveSettings['current'];
  /** The newest revision among the filter's own sections. */
  revision(): number;
  resolver: Resolver;
  db: Database;
  log: Logger;
}

/** What is asked during the dialogue spares white-listed clients. */
export interface DialogueTools extends FilterTools {
  /** Where replicas tell each other what they found. */
  bus: Bus;
  /**
   * smtp decides by all entries before it asks (names need SPF and the verified reverse name, which only it has); this
   * keeps addresses and networks true for whoever asks.
   */
  isWhite(clientAddress: string): boolean;
}

/** A content filter reads bodies as well. */
export interface ContentTools extends FilterTools {
  blobs: BlobStore;
  /** Where it answers what it is asked beside its mails. */
  bus: Bus;
  /**
   * Whether many clients stand behind the address (ADR 29): then it says nothing of where a mail comes from. Known only to
   * a filter that asks of clients.
   */
  isHidden(clientAddress: string): boolean;
  /** What secrets are sealed with. */
  masterKey(): Promise<MasterKey>;
  /** Only what a mail would come to: nothing is noted, and nothing but that is answered. */
  isTrial: boolean;
  /** Given when the process has waited long enough for what is under way: it is done again by another one. */
  stop: AbortSignal;
}

/** Asked by smtp during the dialogue, before there is a mail. */
export interface DialogueFilter {
  readonly kind: 'dialogue';
  readonly name: DialogueFilterName;
  /** The settings it uses. */
  readonly sections: readonly SectionName[];
  /** Called once a process; what it returns may remember between questions. */
  open(tools: DialogueTools): DialogueCheck;
}

export interface DialogueCheck {
  check(request: CheckRequest): Promise<CheckReply>;
  /** The answer by other settings; nothing is remembered, counted or learnt. */
  tryOut(request: CheckRequest, current: LiveSettings['current']): Promise<TriedReply>;
  /** Work beside the questions. */
  [Symbol.asyncDispose]?(): Promise<void>;
}

/** Of a mail that is tried. */
export interface TriedReply {
  reply: CheckReply;
  /** Settings that decided it: `dnsbl.onNoAnswer`. */
  decidedBy?: readonly string[];
}

/** Looks at a stored mail. */
export interface ContentFilter {
  readonly kind: 'content';
  readonly name: ContentFilterName;
  readonly sections: readonly SectionName[];
  /** It needs `isHidden`. */
  readonly asksOfClients?: true;
  open(tools: ContentTools): ContentJudge;
}

export interface ContentJudge {
  /** Mails under way at once. */
  readonly concurrency: number;
  /**
   * Throws only what is unexpected: trouble with the volume or the database is repeated, anything else makes
   * the mail held. A scanner that does not answer is a `Wait`.
   */
  judge(mail: JudgedMail): Promise<Verdict | Wait>;
  /** What becomes of a mail that has waited for this filter for the whole lifetime of the queue. */
  expire(reason: string): Verdict;
  /** Whether what mails have to wait for is there: asked after one had to, until it is; then they come again. */
  isWell?(): Promise<boolean>;
  /** Work beside the mails. */
  [Symbol.asyncDispose]?(): Promise<void>;
}

/** A mail whose content is there. */
export type JudgedMail = MailToJudge & { content: NonNullable<MailToJudge['content']> };

/** What a filter says of a mail, or of a single recipient of it. */
export interface Said {
  result: 'accept' | 'reject' | 'quarantine' | 'discard';
  /** For people and logs; foreign text in it is encoded. */
  reason: string;
  /** Header fields to put in front, each with its line end. */
  prefix?: Buffer;
  /** [start, end) ranges of the original's header that no reader is shown. */
  removed?: number[];
  /** Delivered instead of the original; its body is durable, its row goes with the verdict. */
  replacement?: NewContent;
  /** A mailbox by special use (\Junk) or by name that local delivery puts it into, instead of INBOX. */
  target?: string;
  /** Let through without a look at its content: that is never sent back to anybody. */
  isUnseen?: boolean;
  /** Settings that decided it (`antivirus.onUnscannable`), and the rule that was met: told of a mail that is tried. */
  decidedBy?: readonly string[];
  rule?: string;
}

export interface Verdict extends Said {
  kind: 'verdict';
  /** What is different for single recipients (address keys as the mail names them). */
  recipients?: readonly (Said & { recipient: string })[];
  /** Who gets a copy besides, of whom nobody is told (address keys). */
  copies?: readonly string[];
}

/** Cannot say now: the mail is parked and comes again. */
export interface Wait {
  kind: 'wait';
  reason: string;
  decidedBy?: readonly string[];
}
