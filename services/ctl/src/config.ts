// Environment -> configuration; the only reader of process.env here.
import { userInfo } from 'node:os';
import type { Language } from './language.ts';

export interface Config {
  natsUrl: string;
  natsUser: string;
  natsPasswordFile: string | undefined;
  language: Language;
  /** Written into histories. */
  author: string;
}

export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const { POCHTAR_LANG, LC_ALL, LC_MESSAGES, LANG } = environment;
  const locale = POCHTAR_LANG || LC_ALL || LC_MESSAGES || LANG || '';
  return {
    natsUrl: environment['POCHTAR_NATS_URL'] || 'nats://127.0.0.1:4222',
    natsUser: environment['POCHTAR_NATS_USER'] || 'ctl',
    natsPasswordFile: environment['POCHTAR_NATS_PASSWORD_FILE'] || undefined,
    language: locale.toLowerCase().startsWith('ru') ? 'ru' : 'en',
    author: `ctl:${userName()}`,
  };
}

function userName(): string {
  try {
    return userInfo().username.slice(0, 100);
  } catch {
    // A user id without a name, as containers have it.
    return String(process.getuid?.() ?? 'unknown');
  }
}
