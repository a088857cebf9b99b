// The operations that are done; what would change the directory is refused by the session itself.
import type { Operations } from './operation.ts';
import { bind } from './operations/bind.ts';
import { compare } from './operations/compare.ts';
import { extended } from './operations/extended.ts';
import { search } from './operations/search.ts';

export const operations: Operations = { bind, search, compare, extended };
