// The extensions, each by its RFC.
import { describe, expect, test } from 'vitest';
import { Script, SieveError } from '@pochtar/sieve';
import { judge, run } from './judge.ts';

function fault(script: string): string {
  try {
    void new Script(script);
  } catch (error) {
    if (error instanceof SieveError) return error.message;
    throw error;
  }
  return 'nothing';
}

describe('RFC 5229: variables', () => {
  const set = (...commands: string[]): string =>
    `require ["variables", "fileinto"]; ${commands.join(' ')} fileinto "\${x}";`;

  test('§3: names in any case, unknown ones are empty, and what is no reference stays', () => {
    expect(judge(set('set "Dear" "world";', 'set "x" "a-${DEAR}-${none}-${}-${a b}-$dear";'))).toEqual([
      'fileinto a-world--${}-${a b}-$dear',
    ]);
    expect(fault(set('set "x" "${other.y}";'))).toContain('no namespace');
  });

  test('§3.2: wildcards give what they stood for, the least that is possible', () => {
    const script = set('if header :matches "subject" "[*] *" { set "x" "${1}/${2}/${0}"; }');
    expect(judge(script, { mail: 'Subject: [a] b] c\n\n' })).toEqual(['fileinto a/b] c/[a] b] c']);
  });

  test('§3.2: a test that fails leaves the values of the one before', () => {
    const script = set(
      'if header :matches "subject" "*e*" {}',
      'if header :matches "subject" "zzz*" {}',
      'set "x" "${1}";',
    );
    expect(judge(script, { mail: 'Subject: one\n\n' })).toEqual(['fileinto on']);
  });

  test('§4.1: modifiers by precedence', () => {
    const modified = (modifiers: string): string[] => judge(set(`set ${modifiers} "x" "juMBlEd lETteRS";`));
    expect(modified(':length')).toEqual(['fileinto 15']);
    expect(modified(':lower')).toEqual(['fileinto jumbled letters']);
    expect(modified(':upperfirst')).toEqual(['fileinto JuMBlEd lETteRS']);
    expect(modified(':upperfirst :lower')).toEqual(['fileinto Jumbled letters']);
    expect(judge(set('set :quotewildcard "x" "Rock*";'))).toEqual(['fileinto Rock\\*']);
    expect(fault(set('set :lower :upper "x" "y";'))).toContain('exclude each other');
  });

  test('§5: string compares what variables hold; empty ones are not counted', () => {
    const script = `require ["variables", "relational", "comparator-i;ascii-numeric"]; set "a" "1";
      if allof (string "\${a}" "1", string :count "eq" ["\${a}", "\${b}"] "1") { discard; }`;
    expect(judge(script)).toEqual([]);
  });

  test('§6: more variables than there may be break off, a value that is too long is cut', () => {
    const many = Array.from({ length: 300 }, (_, at) => `set "v${at}" "1";`).join(' ');
    expect(judge(set(many))[1]).toContain('at most 256 variables');
    const double = 'set "y" "${y}${y}";';
    const { error } = run(
      set(
        'set "y" "0123456789";',
        double.repeat(30),
        'if string :matches "${y}" "*" { set :length "x" "${y}"; }',
      ),
    );
    expect(error).toBeNull();
  });
});

describe('RFC 5231: relational', () => {
  const script = (question: string): string =>
    `require ["relational", "comparator-i;ascii-numeric"]; if ${question} { discard; }`;
  const mail = 'X-Spam: 12 points\nTo: a@b.example, c@d.example\nCc: e@f.example\n\n';

  test('§4.1: values by numbers and by letters', () => {
    const numeric = ':comparator "i;ascii-numeric"';
    expect(judge(script(`header :value "ge" ${numeric} "x-spam" "9"`), { mail })).toEqual([]);
    expect(judge(script('header :value "ge" "x-spam" "9"'), { mail })).toEqual(['keep']);
    expect(judge(script(`header :value "lt" ${numeric} "x-spam" "none"`), { mail })).toEqual([]);
    expect(fault(script('header :value "more" "a" "b"'))).toContain('gt, ge, lt, le, eq, ne');
  });

  test('§4.2: how many there are', () => {
    const count = (question: string): string[] =>
      judge(script(`address :count ${question} :comparator "i;ascii-numeric" ["to", "cc"] ["3"]`), { mail });
    expect(count('"eq"')).toEqual([]);
    expect(count('"gt"')).toEqual(['keep']);
  });
});

describe('RFC 5232: imap4flags', () => {
  const script = (commands: string): string =>
    `require ["imap4flags", "fileinto", "variables", "relational"]; ${commands}`;

  test('§3: set, add and remove, each flag once, in any case', () => {
    expect(
      judge(script(String.raw`setflag "\\Seen"; addflag ["\\seen $Work", "todo"]; removeflag "TODO";`)),
    ).toEqual(['keep [\\Seen $Work]']);
    expect(
      judge(script(String.raw`setflag "\\Seen"; fileinto "a"; fileinto :flags "\\Flagged" "b";`)),
    ).toEqual(['fileinto a [\\Seen]', 'fileinto b [\\Flagged]']);
  });

  test('§2: what is no flag is passed over', () => {
    expect(judge(script(String.raw`addflag ["\\Recent", "\\Own", "(x)", "good"];`))).toEqual(['keep [good]']);
  });

  test('§4: hasflag, of the internal variable and of others', () => {
    expect(judge(script(String.raw`addflag "a b"; if hasflag :contains "A" { discard; }`))).toEqual([]);
    expect(
      judge(script(String.raw`addflag "v" "a b"; if allof (hasflag "v" "b", not hasflag "b") { discard; }`)),
    ).toEqual([]);
    expect(judge(script(String.raw`addflag "a b"; if hasflag :count "eq" "2" { discard; }`))).toEqual([]);
  });
});

describe('RFC 5233, 5173, 5260', () => {
  test('RFC 5233 §4: user and detail; without a separator there is no detail', () => {
    const asks = (question: string, to: string): boolean =>
      judge(`require ["envelope", "subaddress"]; if envelope ${question} { discard; }`, { to }).length === 0;
    expect(asks(':detail "to" "lists"', 'ann+lists@b.example')).toBe(true);
    expect(asks(':user "to" "ann"', 'ann+lists@b.example')).toBe(true);
    expect(asks(':detail "to" ""', 'ann@b.example')).toBe(false);
    expect(asks(':detail "to" ""', 'ann+@b.example')).toBe(true);
  });

  const parts = [
    'Content-Type: multipart/mixed; boundary=b\n\nprologue\n--b\nContent-Type: text/plain; charset=koi8-r',
    'Content-Transfer-Encoding: base64\n\n0NLJ18XU\n--b\nContent-Type: text/html\n\n<b>bold</b>\n--b',
    'Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\nJVBERg==\n--b--\n',
  ].join('\n');

  test('RFC 5173 §4: raw, text and content, decoded', () => {
    const asks = (question: string): boolean =>
      judge(`require "body"; if body ${question} { discard; }`, { mail: parts }).length === 0;
    expect(asks(':contains "привет"')).toBe(true);
    expect(asks(':text :contains "bold"')).toBe(true);
    expect(asks(':raw :contains "0NLJ18XU"')).toBe(true);
    expect(asks(':raw :contains "привет"')).toBe(false);
    expect(asks(':content "application/pdf" :contains "%PDF"')).toBe(true);
    expect(asks(':content "text" :contains "%PDF"')).toBe(false);
    expect(asks(':content "" :contains "prologue"')).toBe(true);
  });

  test('RFC 5173 §6: wildcards of the body give nothing', () => {
    const script = `require ["body", "variables", "fileinto"];
      if header :matches "subject" "*" {} if body :matches "*" { fileinto "\${1}"; }`;
    expect(judge(script, { mail: 'Subject: name\n\ntext\n' })).toEqual(['fileinto name']);
  });

  test('RFC 5260 §4: parts of a date, in the zone here, one that is named, and its own', () => {
    const mail = 'Date: Tue, 1 Apr 1997 09:06:31 -0800 (PST)\n\n';
    const asks = (question: string): boolean =>
      judge(`require ["date", "relational"]; if date ${question} { discard; }`, { mail }).length === 0;
    expect(asks(':zone "+0000" "date" "iso8601" "1997-04-01T17:06:31+00:00"')).toBe(true);
    expect(asks(':originalzone "date" "std11" "Tue, 01 Apr 1997 09:06:31 -0800"')).toBe(true);
    expect(asks('"date" "hour" "20"')).toBe(true);
    expect(asks(':originalzone "date" "weekday" "2"')).toBe(true);
    expect(asks(':originalzone "date" "julian" "50539"')).toBe(true);
    expect(asks(':value "lt" "date" "year" "1998"')).toBe(true);
    expect(fault('require "date"; if date "date" "century" "x" { keep; }')).toContain('weekday');
  });

  test('RFC 5260 §5: now', () => {
    const script = (question: string): string =>
      `require ["date", "relational"]; if currentdate ${question} { discard; }`;
    expect(judge(script('"hour" "13"'))).toEqual([]);
    expect(judge(script(':zone "+0000" :value "ge" "date" "2026-11-28"'))).toEqual([]);
    expect(judge(script(':value "gt" "date" "2026-11-28"'))).toEqual(['keep']);
  });

  test('RFC 5260 §6: one of several fields, from the first or the last', () => {
    const mail = 'Received: one\nReceived: two\nReceived: three\n\n';
    const asks = (question: string): boolean =>
      judge(`require "index"; if header ${question} { discard; }`, { mail }).length === 0;
    expect(asks(':index 1 :is "received" "one"')).toBe(true);
    expect(asks(':index 1 :last :is "received" "three"')).toBe(true);
    expect(asks(':index 4 :contains "received" ""')).toBe(false);
    expect(fault('require "index"; if header :index 0 "a" "b" { keep; }')).toContain('counts from 1');
  });
});

describe('RFC 5429, 5230, 6131, 8580: what the sender hears', () => {
  test('RFC 5429 §2.1, §2.2: a refused mail is not stored, and not refused twice', () => {
    expect(judge('require "ereject"; ereject "no";')).toEqual(['reject no']);
    expect(judge('require ["reject", "fileinto"]; fileinto "a"; reject "no";')[1]).toContain(
      'no other action',
    );
    expect(judge('require "reject"; reject "no"; keep;')[1]).toContain('no other action');
    expect(judge('require "reject"; reject "no"; reject "no";')[1]).toContain('once only');
  });

  test('RFC 5230 §4: the arguments of vacation, with their bounds', () => {
    const script = `require "vacation"; vacation :days 500 :subject "Away" :from "Ann <ann@b.example>"
      :addresses ["ann@c.example", "nonsense"] "I am away";`;
    expect(run(script).actions[0]).toMatchObject({
      ...{ kind: 'vacation', reason: 'I am away', seconds: 365 * 86_400, subject: 'Away' },
      ...{ from: 'Ann <ann@b.example>', addresses: ['ann@c.example'], isMime: false, fcc: null },
    });
    expect(judge(script)).toEqual(['vacation I am away', 'keep']);
    expect(fault('require "vacation"; vacation :from "nobody" "x";')).toContain('one address');
  });

  test('RFC 5230 §4.2: another text is another answer, unless it has the same handle', () => {
    const handle = (script: string): unknown => {
      const [action] = run(`require "vacation"; ${script}`).actions;
      return action?.kind === 'vacation' ? action.handle : undefined;
    };
    expect(handle('vacation "a";')).not.toBe(handle('vacation "b";'));
    expect(handle('vacation :handle "h" "a";')).toBe(handle('vacation :handle "h" "b";'));
  });

  test('RFC 6131 §2: seconds need their extension, which brings vacation', () => {
    const [action] = run('require "vacation-seconds"; vacation :seconds 0 "x";').actions;
    expect(action).toMatchObject({ kind: 'vacation', seconds: 0 });
    expect(fault('require "vacation"; vacation :seconds 60 "x";')).toContain('vacation-seconds');
  });

  test('RFC 8580 §3: a copy of the answer', () => {
    const script = String.raw`require ["vacation", "fcc", "imap4flags"]; vacation :fcc "Sent" :flags "\\Seen" "x";`;
    expect(run(script).actions[0]).toMatchObject({
      fcc: { mailbox: 'Sent', flags: ['\\Seen'], create: false },
    });
    expect(fault('require ["vacation", "fcc", "imap4flags"]; vacation :flags "x" "y";')).toContain(':fcc');
  });
});

describe('RFC 3894, 5490, 8579, 5183, 7352, 5293, 6609', () => {
  test('RFC 3894 §3: a copy leaves the mail where it would have been', () => {
    expect(judge('require ["copy", "fileinto"]; fileinto :copy "a"; redirect :copy "b@c.example";')).toEqual([
      ...['fileinto a', 'redirect b@c.example', 'keep'],
    ]);
  });

  test('RFC 5490 §3.1, RFC 8579 §3.1: mailboxes and their uses', () => {
    const asked = { mailboxes: ['INBOX', 'Work'], specialUses: { '\\Junk': 'Spam' } };
    const asks = (question: string): boolean =>
      judge(`require ["mailbox", "special-use"]; if ${question} { discard; }`, asked).length === 0;
    expect(asks('mailboxexists ["INBOX", "Work"]')).toBe(true);
    expect(asks('mailboxexists ["INBOX", "None"]')).toBe(false);
    expect(asks(String.raw`specialuse_exists "\\Junk"`)).toBe(true);
    expect(asks(String.raw`specialuse_exists "Work" "\\Junk"`)).toBe(false);
    const [action] = run(
      String.raw`require ["fileinto", "mailbox", "special-use"]; fileinto :specialuse "\\Junk" :create "Spam";`,
    ).actions;
    expect(action).toMatchObject({ mailbox: 'Spam', create: true, specialUse: '\\Junk' });
  });

  test('RFC 5183 §4: what the server says of itself; an unknown item matches nothing', () => {
    const asked = { environment: { 'remote-ip': '192.0.2.1' } };
    expect(
      judge('require "environment"; if environment :contains "remote-ip" "192.0." { discard; }', asked),
    ).toEqual([]);
    expect(judge('require "environment"; if environment :contains "none" "" { discard; }', asked)).toEqual([
      'keep',
    ]);
    expect(
      judge('require ["environment", "variables", "fileinto"]; fileinto "${env.remote-ip}";', asked),
    ).toEqual(['fileinto ${env.remote-ip}']);
  });

  test('RFC 7352 §3: what came before is told by its Message-ID, and remembered when the script has ended well', () => {
    const script = 'require "duplicate"; if duplicate { discard; }';
    const mail = 'Message-ID: <1@a.example>\n\n';
    const first = run(script, { mail });
    expect(first.actions).toHaveLength(1);
    expect(first.marks).toEqual([{ id: expect.any(String), seconds: 7 * 86_400 }]);
    const seen = new Set(first.marks.map(({ id }) => id));
    expect(run(script, { mail, seen })).toMatchObject({ actions: [], marks: [] });
    expect(run('require "duplicate"; if duplicate :last { discard; }', { mail, seen }).marks).toHaveLength(1);
    expect(
      run('require "duplicate"; if duplicate :handle "other" { discard; }', { mail, seen }).actions,
    ).toHaveLength(1);
    expect(run(script, { mail: 'Subject: none\n\n' }).marks).toEqual([]);
    expect(
      run('require ["duplicate", "reject"]; if not duplicate { reject "a"; keep; }', { mail }).marks,
    ).toEqual([]);
  });

  test('RFC 5293 §4, §5: fields are added and deleted, and later tests see it', () => {
    const mail = 'X-A: one\nX-A: two\nSubject: s\n\nbody';
    const script = `require "editheader"; addheader "X-B" "Привет"; deleteheader :is "x-a" "two";
      if allof (header "x-b" "Привет", not header "x-a" "two", header "x-a" "one") { addheader :last "X-C" "c"; }`;
    const { actions } = run(script, { mail });
    expect(actions[0]).toMatchObject({
      edits: {
        prepended: 'X-B: =?UTF-8?B?0J/RgNC40LLQtdGC?=\r\n',
        appended: 'X-C: c\r\n',
        removed: [[10, 20]],
      },
    });
  });

  test('RFC 5293 §6: what tells where a mail came from is not deleted, and a header is not made endless', () => {
    const mail = 'Received: one\nDKIM-Signature: x\n\n';
    expect(
      run('require "editheader"; deleteheader "received"; deleteheader "dkim-signature";', { mail }).actions,
    ).toEqual([{ kind: 'keep', flags: [], edits: null }]);
    expect(judge(`require "editheader"; ${'addheader "a" "b";'.repeat(40)}`)[1]).toContain(
      'at most 32 fields',
    );
    const { actions } = run('require "editheader"; addheader "X" text:\na\nBcc: evil\n.\n;', { mail });
    expect(actions[0]).toMatchObject({ edits: { prepended: 'X: a Bcc: evil\r\n' } });
  });

  test('RFC 6609 §3: scripts in scripts, once, optional, with variables that they share', () => {
    const scripts = {
      'personal spam': 'require ["fileinto", "include"]; fileinto "spam"; return; fileinto "never";',
      'global named': 'require ["include", "variables"]; global "who"; set "who" "ann"; set "own" "x";',
      'personal loop': 'require "include"; include "loop";',
    };
    expect(judge('require "include"; include "spam"; include :once "spam"; keep;', { scripts })).toEqual([
      ...['fileinto spam', 'keep'],
    ]);
    const script = `require ["include", "variables", "fileinto"]; global "who"; include :global "named";
      fileinto "\${who}\${global.who}\${own}";`;
    expect(judge(script, { scripts })).toEqual(['fileinto annann']);
    expect(judge('require "include"; include :optional "none";', { scripts })).toEqual(['keep']);
    expect(fault('require "include"; include "none";')).toContain('no personal script');
    expect(() => judge('require "include"; include "loop";', { scripts })).toThrow('includes itself');
    expect(judge('require "include"; return; discard;')).toEqual(['keep']);
  });
});
