// The dialogues in transcripts/, named by the sections they show: the first line of each is the rule. `# inbox:` names the
// messages that lie in INBOX before it, `# as:` how far each of its connections has come (greeted, loggedIn, selected).
// Every dialogue has an account of its own, $account.
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, test } from 'vitest';
import { type Installation, startInstallation } from './installation.ts';
import { transcriptMessages } from './transcript-messages.ts';

const FOLDER = new URL('transcripts/', import.meta.url);

let imap: Installation;
beforeAll(async () => {
  imap = await startInstallation();
});
afterAll(() => imap[Symbol.asyncDispose]());

const dialogues = readdirSync(FOLDER).map((name) => {
  const text = readFileSync(new URL(name, FOLDER), 'utf8');
  const option = (word: string, otherwise: string): string =>
    new RegExp(`^# ${word}: (.*)$`, 'm').exec(text)?.[1] ?? otherwise;
  const connections = Math.max(1, ...[...text.matchAll(/^[CS](\d)/gm)].map((found) => Number(found[1])));
  const inbox = option('inbox', '').split(' ').filter(Boolean);
  return { title: text.slice(2, text.indexOf('\n')), text, inbox, as: option('as', 'selected'), connections };
});

for (const { title, text, inbox, as, connections } of dialogues) {
  test(title, async () => {
    const account = await imap.newAccount();
    for (const name of inbox) {
      const message = transcriptMessages[name];
      if (message === undefined) throw new Error(`there is no message ${name}`);
      await imap.deliver(account, ...message);
    }
    const numbered = text.replace(/^([CS])(!?):/gm, '$11$2:');
    const variables = { account };
    if (as === 'greeted') await imap.talk(numbered, { variables });
    else if (as === 'loggedIn') await imap.session(account, numbered, connections);
    else await imap.inbox(account, numbered, connections);
  });
}
