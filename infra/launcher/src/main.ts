// The launcher: finds the command and runs it. Commands are imported when they are asked for, so that a short one
// starts fast.
type Command = (args: string[]) => Promise<number> | number;

const commands: Record<string, () => Promise<Command>> = {
  up: async () => (await import('./commands/up.ts')).up,
  down: async () => (await import('./commands/down.ts')).down,
  status: async () => (await import('./commands/status.ts')).status,
  logs: async () => (await import('./commands/logs.ts')).logs,
  restart: async () => (await import('./commands/restart.ts')).restart,
  secrets: async () => (await import('./commands/secrets.ts')).secrets,
  migrate: async () => (await import('./commands/migrate.ts')).migrate,
  test: async () => (await import('./commands/test.ts')).test,
  check: async () => (await import('./commands/check.ts')).check,
  bench: async () => (await import('./commands/bench.ts')).bench,
  soak: async () => (await import('./commands/soak.ts')).soak,
  screens: async () => (await import('./commands/screens.ts')).screens,
  help: async () => (await import('./commands/help.ts')).help,
};

const [word = 'help', ...rest] = process.argv.slice(2);
const name = ['--help', '-h'].includes(word) ? 'help' : word;
const own = Object.hasOwn(commands, name) ? commands[name] : undefined;
try {
  // What is no word of ours belongs to the operators' command line.
  process.exitCode = own
    ? await (await own())(rest)
    : await (await import('./commands/ctl.ts')).ctl([name, ...rest]);
} catch (error) {
  const { messageOf } = await import('./message-of.ts');
  process.stderr.write(`pochtar ${name}: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
