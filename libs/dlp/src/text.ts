// Octets of a mail as text for people, without what looks for something in it: nothing heavy is loaded.
export { textOfMarkup } from './extract/markup.ts';
export { textOf } from './extract/plain.ts';
