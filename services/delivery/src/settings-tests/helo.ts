// Tries the name in HELO: what it leads to, and whether the addresses lead back to it. Other servers look at both.
// RFC 5321 §4.1.4: a server may look the name up. RFC 8601 §3: iprev asks for the way back.
import { networkInterfaces } from 'node:os';
import { type RunTest, type TestRun, testResult, type TestVerdict } from '@pochtar/bus';
import { printableForeign } from '@pochtar/mail';
import { DnsFailure, networks, type Resolver, unfit } from '@pochtar/runtime';
import { parseSection, text } from '@pochtar/settings';
import { addressesOf } from '../remote/mx.ts';

const { good, bad, unknown } = testResult;
const MAX_ADDRESSES = 10;

export function heloTest(resolver: Resolver, own: () => string[] = publicAddresses): RunTest {
  return async ({ settings, say }) => {
    const parsed = parseSection('general', settings['general'] ?? {});
    if (!parsed.ok) throw new Error(`the draft of general does not fit: ${parsed.errors[0]?.message.en}`);
    const { heloName } = parsed.value;
    const found = await addressesOf(heloName, resolver);
    if (found.kind === 'none') {
      say('dns', text(`у имени ${heloName} нет адреса`, `the name ${heloName} has no address`), false);
      return bad(
        `имени ${heloName} нет в DNS`,
        `the name ${heloName} is not in the DNS`,
        text('добавьте запись A с адресом сервера', 'add an A record with the address of this server'),
      );
    }
    if (found.kind !== 'addresses') return noAnswer(heloName);
    const addresses = found.addresses.slice(0, MAX_ADDRESSES);
    say('dns', text(`${heloName}: ${addresses.join(', ')}`, `${heloName}: ${addresses.join(', ')}`), true);
    const back = await waysBack(resolver, heloName, addresses, say);
    if (back === null) return noAnswer(heloName);
    return verdictOf(heloName, back, strangers(own(), addresses, say));
  };
}

/** Addresses that lead back to another name, or to none; null: the DNS gives no answer. */
async function waysBack(
  resolver: Resolver,
  name: string,
  addresses: readonly string[],
  say: TestRun['say'],
): Promise<string[] | null> {
  const wrong: string[] = [];
  for (const address of addresses) {
    try {
      const names = (await resolver.ptr(address)).map((one) => one.toLowerCase().replace(/\.$/, ''));
      const isBack = names.includes(name.toLowerCase());
      if (!isBack) wrong.push(address);
      const shown = printableForeign(names.slice(0, 5).join(', '), 300);
      const ru = shown === '' ? 'обратной записи нет' : shown;
      const en = shown === '' ? 'there is no reverse record' : shown;
      say('reverse', text(`${address}: ${ru}`, `${address}: ${en}`), isBack);
    } catch (error) {
      if (!(error instanceof DnsFailure)) throw error;
      return null;
    }
  }
  return wrong;
}

/** Public addresses of this machine that the name does not lead to: mail may leave from them. */
function strangers(own: readonly string[], addresses: readonly string[], say: TestRun['say']): string[] {
  if (own.length === 0) {
    const ru = 'у этой машины нет публичного адреса (NAT): с какого уходит почта, отсюда не видно';
    const en =
      'this machine has no public address (NAT): which one mail leaves from cannot be seen from here';
    say('own', text(ru, en));
  }
  const others = own.filter((address) => !addresses.includes(address));
  for (const address of others) {
    const ru = `адрес этой машины ${address} в DNS этому имени не принадлежит`;
    const en = `the address ${address} of this machine does not belong to this name in the DNS`;
    say('own', text(ru, en), false);
  }
  return others;
}

function verdictOf(name: string, wrong: readonly string[], others: readonly string[]): TestVerdict {
  if (wrong.length > 0) {
    const list = wrong.join(', ');
    return bad(
      `адреса ${list} не ведут обратно к ${name}: многие серверы отвергают такую почту`,
      `the addresses ${list} do not lead back to ${name}: many servers refuse such mail`,
      text(
        'попросите хозяина адреса (провайдера) задать обратную запись',
        'ask the owner of the address (the provider) to set the reverse record',
      ),
    );
  }
  if (others.length === 0)
    return good(`имя ${name} и адреса согласны`, `the name ${name} and its addresses agree`);
  return unknown(
    `имя ${name} и его адреса согласны, но у машины есть и другие: ${others.join(', ')}`,
    `the name ${name} and its addresses agree, but this machine has others too: ${others.join(', ')}`,
  );
}

function noAnswer(name: string): TestVerdict {
  return unknown(
    `не удалось спросить DNS об имени ${name}`,
    `the DNS could not be asked for ${name}`,
    text('проверьте серверы DNS и повторите', 'check the DNS servers and try again'),
  );
}

function publicAddresses(): string[] {
  const nobody = new Set<string>();
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return all.map(({ address }) => address).filter((address) => unfit(address, networks([]), nobody) === null);
}
