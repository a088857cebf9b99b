// Requests made from the contract: for each route one that fits it, whose fields name what belongs to a domain. A field
// that a route for administrators of domains takes, and that nobody has said what it names, is an error.
import { generateKeyPairSync } from 'node:crypto';
import { smallJpeg } from '@pochtar/testkit';
import { z } from 'zod';
import { contract } from '../src/contract/index.ts';
import type { AnyRoute } from '../src/contract/route.ts';
import type { Belongings } from './belongings.ts';

export const routes = Object.entries(contract as Record<string, AnyRoute>);

export interface RouteRequest {
  method: string;
  path: string;
  body: Record<string, unknown> | undefined;
}

type Place = 'params' | 'query' | 'body';
type Value = (of: Belongings, route: string) => unknown;

const mailOf: Value = (of, route) => (route.includes('/quarantine') ? of.held : of.mail);

/** Fields that name something of a domain's. */
const NAMING: Readonly<Record<Place, Readonly<Record<string, Value>>>> = {
  params: {
    address: (of, route) => {
      if (route.includes('/contacts')) return of.contact;
      if (route.includes('/aliases')) return of.alias;
      return route.includes('/groups') ? of.group : of.account;
    },
    mail: mailOf,
    id: (of, route) => (route.includes('/tasks') ? of.task : of.token),
    name: (of) => of.domain,
    selector: (of) => of.selector,
  },
  query: { domain: (of) => of.domain },
  body: {
    // Of something that is to be made there.
    address: (of, route) =>
      route.endsWith('/contacts') ? `new-${of.contact}` : `new-${route.split('/').at(-1)}@${of.domain}`,
    mails: (of, route) => [mailOf(of, route)],
    domains: (of) => [of.domain],
    as: (of) => of.account,
  },
};

/** Fields that name nothing of anybody's: texts, filters of what is in scope anyway, values that are set. */
const FREE = new Set(
  [
    'search messageId subject after before limit since until sender recipient clientAddress outcome state heldBy filter author action',
    'object displayName password quotaBytes isEnabled targets members add remove name role expiresAt to isUnscanned',
    'language login current addresses query.address destination reason olderThanMinutes rule unread',
    // Who a test mail goes to decides with its domain: delivery's own test holds both.
    'body.selector algorithm pem isForced isAutomatic body.domain comment contact newAddress isHidden jpeg',
    'format data dryRun',
    'program text',
  ].flatMap((line) => line.split(' ')),
);

/** Required values that a schema alone does not tell. */
const GIVEN: Readonly<Record<string, unknown>> = {
  role: 'domainAdmin',
  expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
  to: 'somebody@far.test',
  targets: ['somebody@far.test'],
  password: 'a long enough password',
  isForced: true,
  step: 'dns',
  program: 'outlook',
  jpeg: smallJpeg,
  format: 'csv',
  data: Buffer.from('file@far.test').toString('base64'),
  pem: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }),
};

interface Field {
  place: Place;
  name: string;
  isRequired: boolean;
}

function fieldsOf(route: AnyRoute): Field[] {
  return (['params', 'query', 'body'] as const).flatMap((place) => {
    const schema = route[place] as z.ZodType | undefined;
    if (schema === undefined) return [];
    const { properties = {}, required = [] } = z.toJSONSchema(schema, {
      io: 'input',
      unrepresentable: 'any',
    });
    return Object.keys(properties).map((name) => ({
      ...{ place, name },
      isRequired: place === 'params' || required.includes(name),
    }));
  });
}

/** The fields of a route that name something of a domain's; throws for one of which nobody has said what it names. */
export function namingFields(route: AnyRoute): Field[] {
  return fieldsOf(route).filter(({ place, name }) => {
    if (NAMING[place][name] !== undefined) return true;
    if (FREE.has(name) || FREE.has(`${place}.${name}`)) return false;
    throw new Error(`${place}.${name}: say in route-requests.ts what it names, or that it names nothing`);
  });
}

/** One that fits: what is required, and `naming` if it names something. */
export function requestFor(
  name: string,
  of: Belongings,
  naming?: Pick<Field, 'place' | 'name'>,
): RouteRequest {
  const route = contract[name as keyof typeof contract] as AnyRoute;
  const [method, template] = name.split(' ') as [string, string];
  const values: Record<Place, Record<string, unknown>> = { params: {}, query: {}, body: {} };
  for (const field of fieldsOf(route)) {
    const isAsked = naming?.place === field.place && naming.name === field.name;
    if (!field.isRequired && !isAsked) continue;
    const value = NAMING[field.place][field.name]?.(of, name) ?? GIVEN[field.name] ?? 'x';
    values[field.place][field.name] = value;
  }
  const query = new URLSearchParams(values.query as Record<string, string>).toString();
  const path = template.replaceAll(/:(\w+)/g, (_, key: string) =>
    encodeURIComponent(String(values.params[key])),
  );
  return {
    method,
    path: query === '' ? path : `${path}?${query}`,
    body: route.body === undefined ? undefined : values.body,
  };
}
