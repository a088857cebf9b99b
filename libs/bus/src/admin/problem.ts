// What is wrong, or worth knowing, in both languages: the complaint of every refused question.
import { z } from 'zod';

export const text = z.object({ ru: z.string().max(4000), en: z.string().max(4000) });

/** What is wrong, or worth knowing, about one field of a request or of the settings. */
export const problem = z.object({
  /** A stable word for programs, such as `notFound`, `exists`, `outOfRange`. */
  code: z.string().max(64),
  /** The path of the field in the request that is to be corrected; '' when it is the whole. */
  field: z.string().max(400),
  /** About settings: without the name of its field, which stands in `label`; other fields by their labels. */
  message: text,
  /** About settings: what forms call the field, with its section. */
  label: text.optional(),
  section: z.string().max(64).optional(),
  related: z
    .array(z.object({ section: z.string().max(64), field: z.string().max(400) }))
    .max(50)
    .optional(),
  /** In a file that was handed in, counted from 1. */
  line: z.int().positive().optional(),
});
export type AdminProblem = z.infer<typeof problem>;

/** A section of the settings as somebody else has saved it meanwhile. */
const currentSection = z.object({
  section: z.string().max(64),
  revision: z.int(),
  author: z.string(),
  changedAt: z.iso.datetime(),
  comment: z.string().nullable(),
  /** Absent when the documents are too large for one answer: `settings.get` has it. */
  document: z.record(z.string().max(64), z.json()).optional(),
  secrets: z.record(z.string(), z.boolean()),
});
export type CurrentSection = z.infer<typeof currentSection>;

export const adminError = problem.extend({
  /** All of them, when there is more than one; the first is repeated above. */
  problems: z.array(problem).max(200).optional(),
  /** What else there is to know of the change that is refused. */
  cautions: z.array(problem).max(200).optional(),
  /** `conflict`: each section that was changed meanwhile, as it is now. */
  current: z.array(currentSection).max(30).optional(),
  /** `unavailable`: nobody got the question, so that nothing was done. Otherwise nobody knows. */
  isUndone: z.boolean().optional(),
  /** `tooMany`: when it may be tried again. */
  retryAfterSeconds: z.int().positive().optional(),
});
export type AdminError = z.infer<typeof adminError>;
