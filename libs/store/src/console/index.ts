/** What the console keeps: its sessions, and answers for who asks the same again. */
export * from './kept-answers.ts';
export * from './sessions.ts';
