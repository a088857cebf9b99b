// What the threads that check and sign mails are told, and what they say.
import type { Envelope } from './authenticate.ts';
import type { Findings } from './findings.ts';
import type { DnsAnswer, Question } from './mail-dns.ts';

export interface Task {
  /** With its blank line. */
  header: Uint8Array;
  /** Null: it is asked for piece by piece, when it is needed at all. */
  body: Uint8Array | null;
  /** There is no mail yet: only its sender is looked at. */
  isSpfOnly?: boolean;
  envelope: Envelope;
  /** What of the DNS is known already: the rest is asked for, and each question takes two messages. */
  known?: readonly KnownAnswer[];
}

export interface KnownAnswer extends Question {
  answer: DnsAnswer;
}

export type ToThread =
  | { kind: 'begin'; job: number; task: Task }
  | { kind: 'answer'; job: number; question: number; answer: DnsAnswer }
  /** Null: the body has ended. */
  | { kind: 'piece'; job: number; piece: Uint8Array | null }
  /** Nobody waits for it any more. */
  | { kind: 'drop'; job: number }
  | { kind: 'ping' };

export type FromThread =
  | { kind: 'ask'; job: number; question: number; name: string; type: string }
  | { kind: 'more'; job: number }
  | { kind: 'done'; job: number; findings: Findings }
  | { kind: 'failed'; job: number; message: string }
  | { kind: 'pong' };
