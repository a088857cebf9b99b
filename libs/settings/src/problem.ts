/** Why a process could not take a revision over, for people in both languages and for programs. */
import { type Text, text } from './text.ts';

export interface Problem {
  /** A stable word: `portTaken`, `notAvailable`, `slow` …; `failed` for what nobody foresaw. */
  readonly code: string;
  readonly text: Text;
}

/** A handler throws this when a document cannot be applied and an administrator can help. */
export class NotApplied extends Error implements Problem {
  override name = 'NotApplied';
  readonly code: string;
  readonly text: Text;

  constructor(code: string, message: Text) {
    super(message.en);
    this.code = code;
    this.text = message;
  }
}

/** What a handler threw. Errors of libraries that know no settings have the same two fields. */
export function problemOf(error: unknown): Problem {
  const message = error instanceof Error ? error.message : String(error);
  const { code, text: words } = Object(error) as Partial<Problem>;
  if (typeof code === 'string' && typeof words?.ru === 'string' && typeof words.en === 'string') {
    return { code, text: words };
  }
  return { code: 'failed', text: text(`сбой: ${message}`, message) };
}
