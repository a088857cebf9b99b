import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity } from '@pochtar/runtime';
import { temporaryDirectory } from '@pochtar/testkit';
import { expect, test } from 'vitest';
import { announcedAddress, healthAddress, ProgramFacts } from './program-facts.ts';

test('a program is believed where it can be asked, and not who it is', () => {
  using dir = temporaryDirectory();
  const record = join(dir.path, 'smtp.json');
  const facts = new ProgramFacts({ name: 'smtp', record, announcements: dir.path });
  facts.started(process.pid);
  expect(facts.health()).toBeUndefined();
  const lie = { name: 'postgres', pid: 1, identity: 'another', health: 'http://127.0.0.1:4000' };
  writeFileSync(facts.announcement, JSON.stringify(lie));
  expect(facts.health()).toBe('http://127.0.0.1:4000');
  expect(JSON.parse(readFileSync(record, 'utf8'))).toEqual({
    name: 'smtp',
    pid: process.pid,
    identity: processIdentity(process.pid),
    isProgram: true,
    health: 'http://127.0.0.1:4000',
  });
  // Once: it does not move afterwards.
  writeFileSync(facts.announcement, JSON.stringify({ health: 'http://127.0.0.1:4001' }));
  expect(facts.health()).toBe('http://127.0.0.1:4000');
  facts.ended();
  expect([existsSync(record), existsSync(facts.announcement)]).toEqual([false, false]);
  expect(healthAddress(record)).toBeUndefined();
});

test('an announcement is a small plain file that names a port of this machine, and nothing else is one', () => {
  using dir = temporaryDirectory();
  const file = (name: string): string => join(dir.path, name);
  const good = JSON.stringify({ health: 'http://127.0.0.1:4000' });
  writeFileSync(file('good'), good);
  symlinkSync(file('good'), file('link'));
  mkdirSync(file('directory'));
  execFileSync('mkfifo', [file('pipe')]);
  writeFileSync(file('long'), good.padEnd(5_000).replace('}', ' ').concat('}'));
  const elsewhere = [
    'http://192.0.2.1:80',
    'http://127.0.0.1:80@192.0.2.1',
    'http://127.0.0.1:70000',
    7,
    null,
  ];
  for (const [index, health] of elsewhere.entries()) {
    writeFileSync(file(String(index)), JSON.stringify({ health }));
  }
  expect(announcedAddress(file('good'))).toBe('http://127.0.0.1:4000');
  const others = ['link', 'directory', 'pipe', 'long', 'absent', ...elsewhere.keys()];
  expect(others.filter((name) => announcedAddress(file(String(name))) !== undefined)).toEqual([]);
});
