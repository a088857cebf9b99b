// The question what a web hook's address says to an event that tells of nothing; asked by the settings process, answered by
// the program that sends.
import { z } from 'zod';
import type { Question } from './subjects.ts';

/** What came back from a hook's address. */
export const hookAnswer = z.object({
  isTaken: z.boolean(),
  /** Of HTTP; null: there was no answer. */
  status: z.int().nullable(),
  /** The beginning of what was answered, or why nothing was: printable. */
  answer: z.string(),
  milliseconds: z.int(),
});
export type HookAnswer = z.infer<typeof hookAnswer>;

const request = z.object({ hook: z.int().positive() });

/** Longer than an address may take to answer. */
export const HOOK_TRY_MS = 20_000;

export const hookTry: Question<z.infer<typeof request>, { answer: HookAnswer | null }> = {
  name: 'hook.try',
  queueGroup: 'hooks',
  request,
  /** Null: there is no such hook. */
  reply: z.object({ answer: hookAnswer.nullable() }),
  purpose: 'sends an event that tells of nothing to a web hook now, and answers what came back',
};
