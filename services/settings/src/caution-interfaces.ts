// Interfaces that the machine of this process lacks. Only a caution: the listeners may run on another machine, and an
// interface may come up later. What they made of the list, their reports say.
import { networkInterfaces } from 'node:os';
import { complaint, type NetworkSettings, type SettingsCaution, text } from '@pochtar/settings';

export function cautionInterfaces(network: NetworkSettings, present = interfacesHere()): SettingsCaution[] {
  return (['smtpInterfaces', 'accessInterfaces'] as const).flatMap((field) =>
    network[field].flatMap((name, index) =>
      present.has(name) ? [] : [notHere({ section: 'network', field: `${field}.${index}` }, name)],
    ),
  );
}

function notHere(place: { section: string; field: string }, name: string): SettingsCaution {
  const message = text(
    `на этой машине нет интерфейса или адреса «${name}», порты там не откроются: проверьте его и посмотрите pochtar settings status network`,
    `this machine has no interface or address “${name}”, no port can be opened there: check it, and see pochtar settings status network`,
  );
  return complaint(place, 'noInterface', message);
}

function interfacesHere(): Set<string> {
  const here = new Set(['0.0.0.0', '::']);
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    here.add(name);
    for (const { address } of addresses ?? []) here.add(address);
  }
  return here;
}
