// What an error says, in the language where it knows it.
import { Refusal } from '@pochtar/native';
import { say } from './language.ts';

export function messageOf(error: unknown): string {
  if (error instanceof Refusal) return say(error.ru, error.message);
  return error instanceof Error ? error.message : String(error);
}
