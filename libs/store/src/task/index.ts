// Long work with progress: the rows of tasks.
export * from './tasks.ts';
