// What a change of settings does to one field, in words of both languages: as `diffDocuments` of @pochtar/settings/forms
// tells it.
import { z } from 'zod';
import { text } from './problem.ts';

const changed = { section: z.string(), field: z.string(), label: text };

export const fieldChange = z.discriminatedUnion('kind', [
  z.object({ ...changed, kind: z.literal('value'), before: text, after: text }),
  z.object({
    ...changed,
    kind: z.literal('list'),
    added: z.array(text),
    removed: z.array(text),
    altered: z.array(z.object({ before: text, after: text })),
    /** The entries that were there and still are stand in another order. */
    isReordered: z.boolean(),
    /** How many entries are left out above, of a long list. */
    omitted: z.int().optional(),
  }),
  z.object({
    ...changed,
    kind: z.literal('secret'),
    change: z.enum(['set', 'replaced', 'removed']),
    words: text,
  }),
]);
export type SettingsFieldChange = z.infer<typeof fieldChange>;
