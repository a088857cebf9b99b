import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pageCommands } from '../../web/src/page-commands.ts';
import { addresses } from './addresses.ts';

const commandsOf = (address: string): readonly string[] => {
  const { pathname, searchParams } = new URL(address, 'http://x');
  return pageCommands(pathname, Object.fromEntries(searchParams));
};

/** Pages whose service is not there yet, and one that is nowhere. */
const without = ['/firewall', '/volumes', '/there-is-no-such-page'];

/** What the command line has, by its own account: words with the options that may follow. */
function knownCommands(): Map<string, string[]> {
  const main = join(import.meta.dirname, '../../../ctl/src/main.ts');
  const script = execFileSync(process.execPath, [main, 'completion', 'bash'], { encoding: 'utf8' });
  return new Map(
    [...script.matchAll(/^ +'([a-z -]+)'\) echo '([^']*)'/gm)].map(([, words = '', after = '']) => [
      words,
      after.split(' '),
    ]),
  );
}

test('every page says its command', () => {
  expect(addresses.filter((address) => commandsOf(address).length === 0)).toEqual(without);
});

test('every command that a page says is one of the command line, with options that it has', () => {
  const known = knownCommands();
  expect(known.size).toBeGreaterThan(40);
  const filters = [
    '/queue?state=held&holder=poison',
    '/queue?holder=dlp',
    '/queue?state=held&age=60&sender=a&recipient=b&destination=c&reason=d',
    '/quarantine?filter=dlp&hours=24&sender=a&recipient=b',
    '/dlp?tab=incidents&rule=a&search=b',
    '/trace?q=192.0.2.1&hours=1&outcome=bounced',
    '/trace?at=2027-01-01T10:00:00.000Z',
    '/accounts?domain=firma.test&search=a',
    '/names?domain=firma.test&search=a',
    '/names/contacts?domain=firma.test&search=a',
    '/lists/white?search=a&only=idle',
    '/lists/black?only=expired',
    '/audit?author=a&object=b',
  ];
  for (const command of [...addresses, ...filters].flatMap(commandsOf)) {
    const [program, ...words] = command.split(' ');
    expect(program).toBe('pochtar');
    const name = [words.slice(0, 3).join(' '), words.slice(0, 2).join(' '), words[0] ?? ''].find((one) =>
      known.get(one)?.includes('--help'),
    );
    expect(name, command).toBeDefined();
    const options = words.filter((word) => word.startsWith('--'));
    expect(
      options.filter((option) => !known.get(name ?? '')?.includes(option)),
      command,
    ).toEqual([]);
  }
});

test('filters go into the command, and what a shell would take apart is quoted', () => {
  expect(commandsOf('/queue?sender=o%27neil&reason=grey+list&age=300')).toEqual([
    String.raw`pochtar queue list --sender 'o'\''neil' --reason 'grey list' --older-than 300`,
  ]);
  expect(commandsOf('/queue?state=held&holder=volume')).toEqual([
    'pochtar queue list --state held --held-by volume',
  ]);
  expect(commandsOf('/queue?holder=dlp')).toEqual(['pochtar queue list --filter dlp']);
  expect(commandsOf('/accounts?search=-x')).toEqual(['pochtar account list --search=-x']);
  expect(commandsOf('/trace?q=192.0.2.1')).toEqual(['pochtar trace find --client 192.0.2.1 --since 24h']);
  expect(commandsOf('/domains/firma.test/dns')).toEqual(['pochtar domain dns firma.test --check']);
});
