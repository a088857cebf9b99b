// The dialogues in transcripts/: the first line of each is the rule it shows, `# maildrop:` names what lies in anna's
// maildrop before it.
import { readdirSync, readFileSync } from 'node:fs';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Installation, startInstallation } from './installation.ts';
import { messages } from './messages.ts';

const FOLDER = new URL('transcripts/', import.meta.url);

let at: Installation;

beforeAll(async () => {
  at = await startInstallation();
});
afterAll(() => at[Symbol.asyncDispose]());

const dialogues = readdirSync(FOLDER).map((name) => {
  const text = readFileSync(new URL(name, FOLDER), 'utf8');
  const maildrop = /^# maildrop: (.*)$/m.exec(text)?.[1]?.split(' ') ?? [];
  return { title: text.slice(2, text.indexOf('\n')), text, maildrop };
});

for (const { title, text, maildrop } of dialogues) {
  test(title, async () => {
    // The sessions of the dialogue before have given their maildrops back.
    await eventually(() => expect(at.sessions.size).toBe(0));
    await at.emptyMaildrops();
    if (maildrop.length > 0) await at.deliver('anna', ...maildrop.map((name) => messages[name] ?? ''));
    await at.talk(text);
  });
}
