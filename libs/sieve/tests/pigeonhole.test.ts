// The same scripts over the same mails, by Pigeonhole and by us.
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Action, Script } from '@pochtar/sieve';
import { sieveTest, temporaryDirectory } from '@pochtar/testkit';
import { type CorpusMail, MAILS, SCRIPTS } from './corpus.ts';
import { surroundingsOf } from './judge.ts';

const AT_ONCE = 4;

/** Where it differs, by a part of the script and of the mail. */
const EXPLAINED: readonly { script: string; mail: string; why: string }[] = [
  {
    ...{ script: 'deleteheader "subject"', mail: 'Subject: no from at all' },
    why: 'RFC 5293 §5 deletes it; Pigeonhole leaves the only field of a header where it is',
  },
];

test('60 scripts over 30 mails: the same as Pigeonhole does', { timeout: 300_000 }, async () => {
  expect([SCRIPTS.length >= 60, MAILS.length]).toEqual([true, 30]);
  using directory = temporaryDirectory();
  const different: object[] = [];
  let explained = 0;
  const pairs = SCRIPTS.flatMap((script) => MAILS.map((mail) => ({ script, mail }))).values();
  const work = async (name: string): Promise<void> => {
    const own = join(directory.path, name);
    mkdirSync(own);
    for (const path of [directory.path, own]) chmodSync(path, 0o755);
    for (const { script, mail } of pairs) {
      const theirs = await sieveTest({
        directory: own,
        script,
        mail: mail.octets,
        from: mail.from,
        to: mail.to,
      });
      const ours = judged(script, mail);
      if (EXPLAINED.some((one) => script.includes(one.script) && mail.octets.includes(one.mail))) {
        explained++;
      } else if (JSON.stringify(theirs?.map(comparable)) !== JSON.stringify(ours.map(comparable))) {
        different.push({
          script: script.split('\n').slice(2).join(' '),
          mail: mail.octets.toString(),
          theirs,
          ours,
        });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => work(String(index))));
  expect(different).toEqual([]);
  expect(explained).toBe(EXPLAINED.length);
});

function judged(script: string, { octets, from, to }: CorpusMail): string[] {
  const mail = { octets, size: octets.length, envelope: { from, to } };
  const { actions } = new Script(script).run(mail, { ...surroundingsOf(), zone: () => 0 });
  return actions.map(shown);
}

function shown(action: Action): string {
  switch (action.kind) {
    case 'keep':
    case 'fileinto': {
      const place =
        action.kind === 'keep' || action.mailbox === 'INBOX' ? 'keep' : `fileinto ${action.mailbox}`;
      return action.flags.length === 0 ? place : `${place} [${action.flags.join(' ')}]`;
    }
    case 'redirect':
      return `redirect ${action.address}`;
    case 'reject':
      return `reject ${action.reason}`;
    case 'vacation':
      return 'vacation';
  }
}

/** Flags in any case and order. */
function comparable(action: string): string {
  return action.replace(
    / \[(.*)\]$/,
    (_, flags: string) => ` [${flags.toLowerCase().split(' ').sort().join(' ')}]`,
  );
}
