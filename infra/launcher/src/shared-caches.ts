// The environment of installations that live for a test or a measurement. What Node has compiled is the same for all of
// one checkout and is kept beside it: each would compile two thousand files of its own otherwise.
import { join } from 'node:path';
import { root } from './paths.ts';

const cache = (name: string): string => join(root, 'var', name);

export const sharedCaches = {
  POCHTAR_PROGRAM_CACHE: cache('shared-program-cache'),
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? cache('compile-cache'),
};
