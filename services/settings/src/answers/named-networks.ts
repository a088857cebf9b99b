// admin.lists.networks, addNetwork, changeNetwork, removeNetwork.
import { type AdminReply, adminLists, answerAdmin, done, type NamedNetworkInfo, refused } from '@pochtar/bus';
import { networkName, readNetworkAddresses } from '@pochtar/settings';
import {
  addNetwork,
  changeNetwork,
  findNetwork,
  listNetworks,
  MAX_NETWORKS,
  type NamedNetwork,
  type NetworkSaved,
  removeNetwork,
} from '@pochtar/store/lists';
import type { Context, Refusal } from '../context.ts';
import { refusalOf } from '../settings-errors.ts';

type Reply = AdminReply<{ network: NamedNetworkInfo }>;

export function answerNamedNetworks(context: Context): { stop(): Promise<void> }[] {
  const { db } = context;
  return [
    answerAdmin(context, adminLists.networks, async (page) => {
      const rows = await listNetworks(db, page);
      const next = rows.length < page.limit ? null : (rows.at(-1)?.name ?? null);
      return done({ networks: rows.map(infoOf), next });
    }),
    answerAdmin(
      context,
      adminLists.addNetwork,
      async ({ name, addresses, comment }, { author }): Promise<Reply> => {
        const wrong = wrongName('name', name);
        if (wrong !== null) return wrong;
        const read = readNetworkAddresses(addresses);
        if (read.problems.length > 0) return refusalOf(read.problems.map((one) => ({ ...one })));
        const saved = await addNetwork(db, {
          name,
          addresses: read.addresses,
          comment: clean(comment),
          author,
        });
        return answerSaved(context, name, saved, 'name');
      },
    ),
    answerAdmin(context, adminLists.changeNetwork, async (request): Promise<Reply> => {
      const { name, newName, addresses, comment } = request;
      const wrong = newName === undefined ? null : wrongName('newName', newName);
      if (wrong !== null) return wrong;
      const read = addresses === undefined ? null : readNetworkAddresses(addresses);
      if (read !== null && read.problems.length > 0)
        return refusalOf(read.problems.map((one) => ({ ...one })));
      const change = { name: newName, addresses: read?.addresses, comment: comment && clean(comment) };
      const saved = await changeNetwork(db, name, change);
      return answerSaved(context, saved.outcome === 'saved' ? (newName ?? name) : name, saved, 'newName');
    }),
    answerAdmin(context, adminLists.removeNetwork, async ({ name }) => {
      const before = await findNetwork(db, name);
      const gone = await removeNetwork(db, name);
      if (gone.outcome === 'missing' || before === null) return noNetwork(name);
      if (gone.outcome === 'inUse') return inUse(name, gone.usedBy);
      context.announce.lists(gone.revision);
      return done({ removed: infoOf(before) });
    }),
  ];
}

async function answerSaved(
  context: Context,
  name: string,
  saved: NetworkSaved,
  field: string,
): Promise<Reply> {
  if (saved.outcome === 'missing') return noNetwork(name);
  if (saved.outcome === 'full') return full();
  if (saved.outcome === 'exists') return exists(field);
  context.announce.lists(saved.revision);
  const network = await findNetwork(context.db, name);
  return network === null ? noNetwork(name) : done({ network: infoOf(network) });
}

function infoOf({ name, addresses, comment, author, createdAt, usedBy }: NamedNetwork): NamedNetworkInfo {
  return { name, addresses, comment, author, createdAt: createdAt.toISOString(), usedBy };
}

function clean(comment: string): string {
  return comment.replaceAll('\u0000', '');
}

function wrongName(field: string, name: string): Refusal | null {
  if (networkName(name) !== undefined) return null;
  return refused(
    'wrongFormat',
    field,
    'имя: не больше 64 букв, цифр, пробелов и знаков . _ -; начните с буквы или цифры',
    'name: at most 64 letters, digits, spaces and . _ -; begin with a letter or a digit',
  );
}

function noNetwork(name: string): Refusal {
  const shown = name.slice(0, 64);
  return refused(
    'notFound',
    'name',
    `именованной сети «${shown}» нет: посмотрите их список`,
    `there is no named network “${shown}”: look at their list`,
  );
}

function exists(field: string): Refusal {
  return refused(
    'exists',
    field,
    'именованная сеть с таким именем уже есть: выберите другое имя или измените её',
    'there is a named network of this name already: choose another, or change that one',
  );
}

function full(): Refusal {
  return refused(
    'tooMany',
    'name',
    `именованных сетей не больше ${MAX_NETWORKS}: удалите лишние`,
    `there are at most ${MAX_NETWORKS} named networks: remove some`,
  );
}

function inUse(name: string, lists: readonly string[]): Refusal {
  const ru = lists.map((list) => (list === 'white' ? 'белом' : 'чёрном')).join(' и ');
  return refused(
    'inUse',
    'name',
    `на сеть «${name.slice(0, 64)}» ссылается запись в ${ru} списке: сначала удалите её (network:${name.slice(0, 64)})`,
    `an entry of the ${lists.join(' and the ')} list refers to the network “${name.slice(0, 64)}”: remove it first (network:${name.slice(0, 64)})`,
  );
}
