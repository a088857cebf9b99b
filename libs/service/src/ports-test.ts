// Tries the ports of a draft from the process that would listen there: what is free, what this process has already, and
// who holds the rest.
import { answerTests, type Bus, type RunTest, type Tester, testResult, type TestVerdict } from '@pochtar/bus';
import { ListenError, type Listeners, tryPort } from '@pochtar/runtime';
import {
  type Listener,
  type ListenerSettings,
  parseSection,
  type SectionName,
  type Settings,
  type Text,
  text,
} from '@pochtar/settings';
import { wantedListeners } from './wanted-listeners.ts';

const { good, bad, unknown } = testResult;

export interface PortsTest {
  bus: Bus;
  program: Extract<Tester, 'smtp' | 'imap' | 'pop3' | 'ldap'>;
  /** Whose draft is tried. */
  kind?: 'ports' | 'addressBook';
  protocols: readonly Listener['protocol'][];
  listeners: Pick<Listeners, 'isOpen'>;
}

/** Answers `test.<program>` with the ports of its protocols. */
export function answerPortsTest(test: PortsTest): AsyncDisposable {
  const { bus, program, kind = 'ports', protocols, listeners } = test;
  const answering = answerTests(bus, program, { [kind]: portsTest(program, protocols, listeners) });
  return { [Symbol.asyncDispose]: () => answering.stop() };
}

function portsTest(
  program: string,
  protocols: readonly Listener['protocol'][],
  listeners: Pick<Listeners, 'isOpen'>,
): RunTest {
  return async ({ settings, say, signal }) => {
    const wanted = wantedListeners(draftOf(settings), protocols);
    const faults: Text[] = [];
    for (const listener of wanted) {
      if (signal.aborted) break;
      const { protocol, host, port } = listener;
      const where = `${protocol} ${host.includes(':') ? `[${host}]` : host}:${port}`;
      if (listeners.isOpen(listener)) {
        say(
          program,
          text(`${where}: этот процесс уже слушает`, `${where}: this process listens already`),
          true,
        );
        continue;
      }
      const fault = await faultOf(listener);
      const said = fault ?? text('свободен', 'free');
      say(program, text(`${where}: ${said.ru}`, `${where}: ${said.en}`), fault === null);
      if (fault !== null) faults.push(fault);
    }
    return verdictOf(program, wanted.length, faults);
  };
}

function draftOf(settings: Readonly<Record<string, unknown>>): ListenerSettings {
  const section = <N extends SectionName>(name: N): Settings[N] => {
    const parsed = parseSection(name, settings[name] ?? {});
    if (!parsed.ok) throw new Error(`the draft of ${name} does not fit: ${parsed.errors[0]?.message.en}`);
    return parsed.value;
  };
  return {
    network: section('network'),
    smtpEncryption: section('smtpEncryption'),
    accessEncryption: section('accessEncryption'),
    addressBook: section('addressBook'),
  };
}

async function faultOf(listener: Parameters<typeof tryPort>[0]): Promise<Text | null> {
  try {
    await tryPort(listener);
    return null;
  } catch (error) {
    if (error instanceof ListenError) return error.text;
    throw error;
  }
}

function verdictOf(program: string, count: number, faults: readonly Text[]): TestVerdict {
  const [first] = faults;
  if (first !== undefined) return bad(first.ru, first.en);
  if (count === 0)
    return unknown(`${program}: ни один порт не открывается`, `${program}: no port would be opened`);
  return good(
    `${program}: все порты можно открыть; открыты ли они снаружи, отсюда не видно`,
    `${program}: every port can be opened; whether they are open from outside cannot be seen from here`,
  );
}
