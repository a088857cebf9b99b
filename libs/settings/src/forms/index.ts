/**
 * What a browser needs of the settings: the description of the forms, and pure functions over it and over documents.
 * Nothing here imports the catalogue, zod or Node.
 */
export type { Text } from '../text.ts';
export type * from './description.ts';
export { absentPrograms, type AppliedState, appliedState } from './applied.ts';
export { programsToCome } from './programs.ts';
export { checkValue, expectedOf } from './expected.ts';
export { hiddenBy, isShown } from './shown.ts';
export { entryKey, entryWords, isSameValue, valueWords } from './value.ts';
export {
  diffDocuments,
  type FieldChange,
  type ListChange,
  type SecretChange,
  type SecretInput,
  type ValueChange,
} from './diff.ts';
export { readingOf } from './reading.ts';
export { type MergeConflict, type Merged, mergeThreeWay } from './merge.ts';
export { type Found, type SearchHit, type SearchOptions, searchForms } from './search.ts';
