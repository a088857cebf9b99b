// The console in Debian's Chromium, and a whole installation behind it: one of each for all of it.
import { vi } from 'vitest';
import { fieldTests } from './console-fields.ts';
import { consoleOfFile } from './console-ground.ts';
import { mistakeTests } from './console-mistakes.ts';
import { peopleTests } from './console-people.ts';
import { portTests } from './console-ports.ts';
import { webmailTests } from './console-webmail.ts';

// Two pages, and all processes of a server, on a machine that has other work too.
vi.setConfig({ testTimeout: 120_000 });

const ground = consoleOfFile();

fieldTests(ground);
mistakeTests(ground);
portTests(ground);
webmailTests(ground);
// Last, since it ends with log-ins that wait.
peopleTests(ground);
