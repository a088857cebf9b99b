// RFC 5228, section by section.
import { describe, expect, test } from 'vitest';
import { Script, SieveError } from '@pochtar/sieve';
import { judge } from './judge.ts';

/** `line:column message` of what is wrong with a script. */
function fault(script: string): string {
  try {
    void new Script(script);
  } catch (error) {
    if (error instanceof SieveError) return `${error.place.line}:${error.place.column} ${error.message}`;
    throw error;
  }
  return 'nothing';
}

describe('RFC 5228 §2: the language', () => {
  test('§2.3: comments of both kinds stand between all words', () => {
    expect(judge('# one\nif /* two */ true # three\n{ discard /* four\n */ ; }')).toEqual([]);
  });

  test('§2.4.1: K, M and G multiply numbers; what is larger than 2^31-1 is refused', () => {
    expect(judge('if size :over 1K { discard; }', { size: 1025 })).toEqual([]);
    expect(judge('if size :over 1k { discard; }', { size: 1024 })).toEqual(['keep']);
    expect(fault('if size :over 2G { discard; }')).toContain('too large');
    expect(fault('if size :over 1T { discard; }')).toContain('K, M or G');
  });

  test('§2.4.2: a backslash quotes quotes and backslashes, and is nothing in front of others', () => {
    const script = (key: string): string => `if header :is "subject" "${key}" { discard; }`;
    expect(judge(script(String.raw`a \"b\" \\ \c`), { mail: 'Subject: a "b" \\ c\n\n' })).toEqual([]);
  });

  test('§2.4.2: a text of several lines ends with a dot, and doubled dots are one', () => {
    const script = 'require "reject"; reject text: # why\nfirst\n..second\n\n.\n;';
    expect(judge(script)).toEqual(['reject first\r\n.second\r\n\r\n']);
  });

  test('§2.4.2.4: encoded characters are what they say, and anything else stays', () => {
    const script = (key: string): string =>
      `require "encoded-character"; if header :contains "subject" "${key}" { discard; }`;
    expect(judge(script('$${hex:40}'), { mail: 'Subject: $@\n\n' })).toEqual([]);
    expect(judge(script('${unicode:0041}${UNICODE: 42 43}'), { mail: 'Subject: ABC\n\n' })).toEqual([]);
    expect(judge(script('${hex:4}'), { mail: 'Subject: ${hex:4}\n\n' })).toEqual([]);
    expect(fault(script('${unicode: 200000}'))).toContain('no character');
  });

  test('§2.6: tags come first; one that nobody takes, one twice and one too late are refused', () => {
    expect(fault('if header "subject" :is "x" { keep; }')).toContain('in front of');
    expect(fault('if header :every "subject" "x" { keep; }')).toContain('takes no :every');
    expect(fault('if header :is :is "subject" "x" { keep; }')).toContain('twice');
    expect(fault('if header :is :contains "subject" "x" { keep; }')).toContain('exclude each other');
  });

  test('§2.7.1: is, contains and matches', () => {
    const about = { mail: 'Subject: Re: Offers of the week\n\n' };
    const asks = (question: string): boolean =>
      judge(`if header ${question} { discard; }`, about).length === 0;
    expect(asks(':is "subject" "re: offers of the week"')).toBe(true);
    expect(asks(':is "subject" "offers"')).toBe(false);
    expect(asks(':contains "subject" "OFFERS"')).toBe(true);
    expect(asks(':contains "subject" ""')).toBe(true);
    expect(asks(':matches "subject" "re:*o?fers*"')).toBe(true);
    expect(asks(':matches "subject" "*offers"')).toBe(false);
    expect(asks(String.raw`:matches "subject" "re:\\*"`)).toBe(false);
  });

  test('§2.7.2: encoded words and UTF-8 are compared as what they say', () => {
    const script = 'if header :contains "subject" "привет" { discard; }';
    expect(judge(script, { mail: 'Subject: =?koi8-r?B?0NLJ18XU?=\n\n' })).toEqual([]);
    expect(judge(script, { mail: 'Subject: привет всем\n\n' })).toEqual([]);
  });

  test('§2.7.3: i;octet tells cases apart, i;ascii-casemap folds those of US-ASCII only', () => {
    const asks = (comparator: string, key: string): boolean =>
      judge(
        `require "comparator-i;unicode-casemap";
        if header :comparator "${comparator}" :is "subject" "${key}" { discard; }`,
        { mail: 'Subject: Отчёт A\n\n' },
      ).length === 0;
    expect(asks('i;octet', 'Отчёт a')).toBe(false);
    expect(asks('i;ascii-casemap', 'Отчёт a')).toBe(true);
    expect(asks('i;ascii-casemap', 'отчёт a')).toBe(false);
    expect(asks('i;unicode-casemap', 'ОТЧЁТ a')).toBe(true);
    expect(fault('if header :comparator "i;none" "a" "b" { keep; }')).toContain('no comparator');
    expect(fault('if header :comparator "i;ascii-numeric" "a" "b" { keep; }')).toContain('require');
  });

  test('§2.7.4: the parts of addresses', () => {
    const mail = { mail: 'From: "Ann, of Sales" <Ann.B@Example.COM>, list: c@d.example;\n\n' };
    const asks = (part: string, key: string): boolean =>
      judge(`if address ${part} "from" "${key}" { discard; }`, mail).length === 0;
    expect(asks('', 'ann.b@example.com')).toBe(true);
    expect(asks(':all', 'c@d.example')).toBe(true);
    expect(asks(':localpart', 'ann.b')).toBe(true);
    expect(asks(':domain', 'example.com')).toBe(true);
    expect(asks(':domain', 'ann.b')).toBe(false);
    expect(asks(':all', 'sales')).toBe(false);
  });

  test('§2.10.2: keep happens by itself unless an action takes its place', () => {
    expect(judge('')).toEqual(['keep']);
    expect(judge('require "fileinto"; fileinto "a";')).toEqual(['fileinto a']);
    expect(judge('require "fileinto"; fileinto "a"; keep;')).toEqual(['fileinto a', 'keep']);
    expect(judge('redirect "a@b.example";')).toEqual(['redirect a@b.example']);
    expect(judge('discard;')).toEqual([]);
    expect(judge('discard; keep;')).toEqual(['keep']);
  });

  test('§2.10.3: the same action twice is done once', () => {
    const script =
      'require "fileinto"; fileinto "a"; fileinto "a"; keep; keep; redirect "a@b.example"; redirect "a@b.example";';
    expect(judge(script)).toEqual(['fileinto a', 'keep', 'redirect a@b.example']);
  });

  test('§2.10.4: a script that breaks off keeps the mail, and nothing else of it is done', () => {
    const script = 'require ["fileinto", "variables"]; fileinto "a"; set "to" "nobody"; redirect "${to}";';
    expect(judge(script)).toEqual(['keep', 'error: "nobody" is no address']);
  });

  test('§2.10.5: nesting to fifteen and more works, without end it is refused', () => {
    const nested = (depth: number): string => `${'if true {'.repeat(depth)} discard; ${'}'.repeat(depth)}`;
    expect(judge(nested(20))).toEqual([]);
    expect(fault(nested(40))).toContain('levels deep');
    expect(fault(`if ${'not '.repeat(10_000)} true { keep; }`)).toContain('levels deep');
    expect(judge(`if ${'not '.repeat(16)} true { discard; }`)).toEqual([]);
  });

  test('§2.10.6: what is unknown is refused before anything runs, with its place', () => {
    expect(fault('keep;\n  frobnicate "x";')).toBe('2:3 there is no command frobnicate');
    expect(fault('if frobnicate { keep; }')).toBe('1:4 there is no test frobnicate');
    expect(fault('require ["fileinto", "nonsense"];')).toBe('1:9 there is no extension "nonsense" here');
  });
});

describe('RFC 5228 §3: control', () => {
  test('§3.1: the first branch whose test holds, or else', () => {
    const script = `require "fileinto";
      if header :contains "from" "coyote" { fileinto "first"; }
      elsif header :contains "subject" "present" { fileinto "second"; }
      else { fileinto "third"; }`;
    expect(judge(script)).toEqual(['fileinto first']);
    expect(judge(script, { mail: 'From: x@y.example\nSubject: a present\n\n' })).toEqual(['fileinto second']);
    expect(judge(script, { mail: 'From: x@y.example\n\n' })).toEqual(['fileinto third']);
  });

  test('§3.1: elsif and else stand behind an if, and no place else', () => {
    expect(fault('else { keep; }')).toContain('follows the block');
    expect(fault('if true { keep; } keep; elsif true { keep; }')).toContain('follows the block');
    expect(fault('if true { keep; } else { keep; } else { keep; }')).toContain('follows the block');
  });

  test('§3.2: what an extension brings has to be required, at the beginning', () => {
    expect(fault('fileinto "x";')).toContain('require "fileinto"');
    expect(fault('keep; require "fileinto";')).toContain('at the beginning');
    expect(fault('if true { require "fileinto"; }')).toContain('at the beginning');
  });

  test('§3.3: stop ends the script, from within blocks too', () => {
    expect(judge('if true { stop; } discard;')).toEqual(['keep']);
    expect(judge('discard; stop; keep;')).toEqual([]);
  });
});

describe('RFC 5228 §4: actions', () => {
  test('§4.1: names that no mailbox can have break off; INBOX is the same in any case', () => {
    const into = (name: string): string => `require "fileinto"; fileinto "${name}";`;
    expect(judge(into('Inbox'))).toEqual(['fileinto INBOX']);
    expect(judge(into(''))[1]).toContain('no name of a mailbox');
    expect(judge(into('a//b'))[1]).toContain('no name of a mailbox');
  });

  test('§4.2: a mail goes on to a few addresses at most', () => {
    const to = (count: number): string =>
      Array.from({ length: count }, (_, at) => `redirect "a${at}@b.example";`).join('\n');
    expect(judge(to(4))).toHaveLength(4);
    expect(judge(to(5))).toEqual(['keep', 'error: a mail is redirected to at most 4 addresses']);
    expect(fault('redirect "nobody";')).toBe('1:10 "nobody" is no address');
  });
});

describe('RFC 5228 §5: tests', () => {
  test('§5.1: address asks fields that hold addresses', () => {
    expect(fault('if address "subject" "x" { keep; }')).toContain('use the test header');
  });

  test('§5.2, §5.3, §5.6, §5.8, §5.10: allof, anyof, false, not and true', () => {
    const asks = (question: string): boolean => judge(`if ${question} { discard; }`).length === 0;
    expect(asks('allof (true, true)')).toBe(true);
    expect(asks('allof (true, false)')).toBe(false);
    expect(asks('anyof (false, true)')).toBe(true);
    expect(asks('anyof (false, false)')).toBe(false);
    expect(asks('not false')).toBe(true);
    expect(asks('not anyof (false, not false)')).toBe(false);
    expect(fault('if anyof true { keep; }')).toContain('in brackets');
    expect(fault('if not (true) { keep; }')).toContain('one test');
  });

  test('§5.4: envelope has from and to; the null reverse path is empty, whatever part of it is asked for', () => {
    const asks = (question: string, from: string | null = 'a@b.example'): boolean =>
      judge(`require "envelope"; if envelope ${question} { discard; }`, { from }).length === 0;
    expect(asks('"from" "A@B.example"')).toBe(true);
    expect(asks(':domain "to" "acme.example.com"')).toBe(true);
    expect(asks(':localpart "from" ""', null)).toBe(true);
    expect(asks(':all "from" ""')).toBe(false);
    expect(fault('require "envelope"; if envelope "cc" "x" { keep; }')).toContain('"from" and "to"');
  });

  test('§5.5: exists wants all of them', () => {
    expect(judge('if exists ["from", "SUBJECT"] { discard; }')).toEqual([]);
    expect(judge('if exists ["from", "x-none"] { discard; }')).toEqual(['keep']);
  });

  test('§5.7: each field of a name is looked at; a missing one matches nothing, an empty one the empty string', () => {
    const asks = (question: string): boolean =>
      judge(`if header ${question} { discard; }`, { mail: 'X-A: one\nX-A: two\nX-B:\n\n' }).length === 0;
    expect(asks(':is "x-a" "two"')).toBe(true);
    expect(asks(':is "x-b" ""')).toBe(true);
    expect(asks(':contains "x-c" ""')).toBe(false);
    expect(asks(':is ["x-c", "x-a"] ["zero", "one"]')).toBe(true);
  });

  test('§5.9: what is of exactly that size is neither over nor under it', () => {
    expect(judge('if size :over 100 { discard; }', { size: 100 })).toEqual(['keep']);
    expect(judge('if size :under 100 { discard; }', { size: 100 })).toEqual(['keep']);
    expect(judge('if size :under 101 { discard; }', { size: 100 })).toEqual([]);
    expect(fault('if size 100 { keep; }')).not.toBe('nothing');
  });
});
