// Who holds a port, in words: the report about a taken port says what to stop.
import { type PortHolder, portHolders } from '@pochtar/runtime';
import { type Readiness, visible } from './program-readiness.ts';

type Language = 'ru' | 'en';

/** As libs/runtime/src/port-holder.ts says it where it cannot see the process. */
const unseen = {
  ru: /порт (?<port>\d{1,5}) на (?<host>\S{1,64}) занимает (?<holder>процесс пользователя [^\s:]{1,64}(?: \([^()]{1,200}\))?)/g,
  en: /port (?<port>\d{1,5}) on (?<host>\S{1,64}) is held by (?<holder>a process of user [^\s:]{1,64}(?: \([^()]{1,200}\))?)/g,
};

/** A program has eight ports at most; looking for a holder goes through all processes. */
const maxPorts = 20;

/** `"nginx: master process" (process 812)`; undefined when nobody listens there that can be seen. */
export async function nameHolders(host: string, port: number): Promise<string | undefined> {
  return inWords(await portHolders(host, port), 'en');
}

/** A program that does not run as root sees of a stranger's process only whose it is; root sees which. */
export async function namingHolders({ ready, faults, words }: Readiness): Promise<Readiness> {
  const ports = new Map<string, PortHolder[]>();
  for (const why of Object.values(faults)) {
    for (const { groups: { host = '', port = '' } = {} } of why.matchAll(unseen.en)) {
      if (ports.size < maxPorts && !ports.has(port)) ports.set(port, await portHolders(host, Number(port)));
    }
  }
  const named = (why: string, language: Language): string =>
    why.replace(unseen[language], (told, port: string, _, holder: string) =>
      told.replace(holder, () => inWords(ports.get(port) ?? [], language) ?? holder),
    );
  return {
    ready,
    faults: mapped(faults, (why) => named(why, 'en')),
    ...(words && { words: mapped(words, ({ ru, en }) => ({ ru: named(ru, 'ru'), en: named(en, 'en') })) }),
  };
}

function inWords(holders: PortHolder[], language: Language): string | undefined {
  const names = holders.map(({ pid, command, uid }) => {
    if (pid === null) return language === 'ru' ? `процесс пользователя ${uid}` : `a process of user ${uid}`;
    return language === 'ru'
      ? `«${visible(command)}» (процесс ${pid})`
      : `"${visible(command)}" (process ${pid})`;
  });
  return names.length > 0 ? [...new Set(names)].join(', ') : undefined;
}

function mapped<T>(parts: Record<string, T>, change: (part: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, change(part)]));
}
