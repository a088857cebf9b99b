// Mail rules of people: their scripts, and what those remember.
export * from './memory.ts';
export * from './scripts.ts';
