// The language of people's mail rules: RFC 5228 and its extensions, without I/O.
export type { Action, FileInto, Keep, Redirect, Reject, SeenMark, SieveResult, Vacation } from './actions.ts';
export { SieveError } from './error.ts';
export type { HeaderEdits } from './fields.ts';
export { DEFAULT_LIMITS, type SieveLimits } from './limits.ts';
export type { SieveMail, Surroundings } from './mail.ts';
export { Script, type ScriptOptions } from './script.ts';
export { CARRIED_OUT } from './vocabulary.ts';
