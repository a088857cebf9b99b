// The completion in a real bash: what is offered at each place of a command line.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@pochtar/testkit';
import { afterAll, expect, test } from 'vitest';
import { allCommands } from './commands/index.ts';
import { completionScript } from './completion.ts';

const directory = temporaryDirectory();
afterAll(() => directory[Symbol.dispose]());
const script = join(directory.path, 'completion');
writeFileSync(script, completionScript('bash', allCommands));

/** The line ends where the cursor is; words are broken as bash does, at spaces and `=`. */
function offered(line: string): string[] {
  const words = line.split(/ +|(=)/).filter((word) => word !== undefined && word !== '');
  if (line.endsWith(' ')) words.push('');
  const run = [
    `source ${script}`,
    `compopt() { :; }`,
    `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})`,
    `COMP_CWORD=${words.length - 1} COMP_LINE='${line}' COMP_POINT=${line.length}`,
    `_pochtar && printf '%s\\n' "\${COMPREPLY[@]}"`,
  ].join('\n');
  const said = execFileSync('bash', ['--norc', '-c', run], { encoding: 'utf8' });
  return said.split('\n').filter((word) => word !== '');
}

test('objects, then what can be done with them, then options', () => {
  expect(offered('pochtar ')).toEqual(
    expect.arrayContaining(['settings', 'account', 'queue', 'completion', '--help']),
  );
  expect(offered('pochtar acc')).toEqual(['account']);
  expect(offered('pochtar settings ')).toEqual(expect.arrayContaining(['get', 'set', 'test', 'rollback']));
  expect(offered('pochtar settings set --co')).toEqual(['--comment']);
  expect(offered('pochtar completion ')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']));
});

test('fields of the settings by section, and the values of those that have few', () => {
  expect(offered('pochtar settings set relay.po')).toEqual(['relay.port=']);
  expect(offered('pochtar settings set relay.smtps')).toEqual(['relay.smtps=on', 'relay.smtps=off']);
  expect(offered('pochtar settings set smtpEncryption.mode=')).toEqual(
    expect.arrayContaining(['none', 'optional', 'required']),
  );
  expect(offered('pochtar settings set --wait relay.port=25 smtpEncryption.mode=no')).toEqual(['none']);
  expect(offered('pochtar settings get relay.ho')).toEqual(['relay.host']);
});

test('tests by their names, and behind them the fields of the draft', () => {
  expect(offered('pochtar settings test re')).toEqual(expect.arrayContaining(['relay']));
  expect(offered('pochtar settings test relay relay.ho')).toEqual(['relay.host=']);
});

test('every shell knows every command, and nothing that a shell would run', () => {
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    const written = completionScript(shell, allCommands);
    for (const { words } of allCommands)
      expect(written).toContain(`'${words}')`.slice(0, shell === 'fish' ? -1 : undefined));
    const offers = [...written.matchAll(/echo '([^']*)'/g)].flatMap(([, some = '']) => some.split(' '));
    expect(offers.filter((word) => !/^[\w.=+-]+$/.test(word))).toEqual([]);
  }
});
