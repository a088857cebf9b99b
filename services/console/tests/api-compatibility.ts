// Whether programs that were written against one document of the API still work with another: what they send must still
// be taken, and what they read must still be there. Says what breaks, a line each.

type Json = { readonly [name: string]: unknown };
type Schema = Json | boolean | undefined;

export function breakingChanges(before: Json, after: Json): string[] {
  const breaks: string[] = [];
  const [was, is] = [operationsOf(before), operationsOf(after)];
  for (const [name, operation] of was) {
    const now = is.get(name);
    if (now === undefined) breaks.push(`${name}: the route is gone`);
    else breaks.push(...operationChanges(operation, now).map((change) => `${name}: ${change}`));
  }
  return breaks;
}

function operationsOf({ paths }: Json): Map<string, Json> {
  return new Map(
    Object.entries(object(paths)).flatMap(([path, methods]) =>
      Object.entries(object(methods)).map(([method, one]) => [
        `${method.toUpperCase()} ${path}`,
        object(one),
      ]),
    ),
  );
}

function operationChanges(was: Json, is: Json): string[] {
  const breaks: string[] = [];
  const roles = (one: Json): string[] => texts(one['x-roles']);
  if (!roles(is).includes('everybody')) {
    const lost = roles(was).filter((role) => !roles(is).includes(role));
    breaks.push(...lost.map((role) => `the role ${role} may not ask any more`));
  }
  breaks.push(...parameterChanges(was, is));
  const [bodyWas, bodyIs] = [bodyOf(was['requestBody']), bodyOf(is['requestBody'])];
  if (bodyWas === undefined && bodyIs !== undefined) breaks.push(...newBody(bodyIs));
  if (bodyWas !== undefined && bodyIs === undefined) breaks.push('the body is not taken any more');
  if (bodyWas !== undefined && bodyIs !== undefined) breaks.push(...inputChanges(bodyWas, bodyIs, 'body'));
  for (const [status, answer] of Object.entries(object(was['responses']))) {
    if (!status.startsWith('2')) continue;
    const now = object(is['responses'])[status];
    if (now === undefined) breaks.push(`the answer ${status} is gone`);
    else breaks.push(...answerChanges(contentOf(answer), contentOf(now)));
  }
  return breaks;
}

function newBody(body: Schema): string[] {
  return texts(object(body)['required']).map((name) => `body.${name}: has to be sent now`);
}

function parameterChanges(was: Json, is: Json): string[] {
  const byName = (one: Json): Map<string, Json> =>
    new Map(
      list(one['parameters'])
        .filter(({ name }) => name !== undefined)
        .map((given) => [`${String(given['in'])}.${String(given['name'])}`, given]),
    );
  const [before, after] = [byName(was), byName(is)];
  const breaks: string[] = [];
  for (const [name, given] of before) {
    const now = after.get(name);
    if (now === undefined) breaks.push(`${name}: is not taken any more`);
    else breaks.push(...inputChanges(given['schema'] as Schema, now['schema'] as Schema, name));
  }
  for (const [name, given] of after) {
    if (given['required'] === true && before.get(name)?.['required'] !== true)
      breaks.push(`${name}: has to be sent now`);
  }
  return breaks;
}

function answerChanges(was: Json, is: Json): string[] {
  return Object.entries(was).flatMap(([type, content]) =>
    is[type] === undefined
      ? [`the answer is not ${type} any more`]
      : outputChanges(object(content)['schema'] as Schema, object(is[type])['schema'] as Schema, 'answer'),
  );
}

/** What was taken before and is not now. */
function inputChanges(was: Schema, is: Schema, at: string): string[] {
  const [before, after] = [variants(was), variants(is)];
  if (before.length > 1 || after.length > 1) {
    const refused = before.filter((one) => !after.some((other) => inputChanges(one, other, at).length === 0));
    return refused.map((one) => `${at}: ${nameOf(one)} is not taken any more`);
  }
  const [old = {}, now = {}] = [before[0], after[0]];
  return [
    ...typeChanges(old, now, at, 'is not taken any more'),
    ...lostValues(old, now).map((value) => `${at}: ${value} is not taken any more`),
    ...narrowed(old, now, at),
    ...properties(old).flatMap(([name, schema]) => {
      const other = propertyOf(now, name);
      if (other !== undefined) return inputChanges(schema, other, `${at}.${name}`);
      return now['additionalProperties'] === false ? [`${at}.${name}: is not taken any more`] : [];
    }),
    ...texts(now['required'])
      .filter((name) => !texts(old['required']).includes(name))
      .map((name) => `${at}.${name}: has to be sent now`),
    ...(isSchema(old['items']) ? inputChanges(old['items'], now['items'] as Schema, `${at}[]`) : []),
  ];
}

/** What could be relied on in an answer and cannot be now. */
function outputChanges(was: Schema, is: Schema, at: string): string[] {
  const [before, after] = [variants(was), variants(is)];
  if (before.length > 1 || after.length > 1) {
    const strange = after.filter(
      (one) => !before.some((other) => outputChanges(other, one, at).length === 0),
    );
    const gone = before.filter((one) => !after.some((other) => outputChanges(one, other, at).length === 0));
    return [
      ...strange.map((one) => `${at}: may be ${nameOf(one)} now, which is not as it was`),
      ...gone
        .filter((one) => one['type'] !== 'null')
        .map((one) => `${at}: ${nameOf(one)} is gone, or not as it was`),
    ];
  }
  const [old = {}, now = {}] = [before[0], after[0]];
  return [
    ...typeChanges(now, old, at, 'may come now'),
    ...lostValues(old, now).map((value) => `${at}: ${value} never comes any more`),
    ...properties(old).flatMap(([name, schema]) => {
      const other = propertyOf(now, name);
      if (other === undefined) return [`${at}.${name}: is gone`];
      const isLess = texts(old['required']).includes(name) && !texts(now['required']).includes(name);
      return [
        ...(isLess ? [`${at}.${name}: may be missing now`] : []),
        ...outputChanges(schema, other, `${at}.${name}`),
      ];
    }),
    ...(isSchema(old['items']) ? outputChanges(old['items'], now['items'] as Schema, `${at}[]`) : []),
    ...(isSchema(old['additionalProperties'])
      ? outputChanges(old['additionalProperties'], now['additionalProperties'] as Schema, `${at}.*`)
      : []),
  ];
}

/** Types of the first that the second does not have. An integer is a number; no type is any. */
function typeChanges(from: Json, to: Json, at: string, words: string): string[] {
  const [all, known] = [typesOf(from), typesOf(to)];
  if (known.length === 0) return [];
  if (all.length === 0) return [`${at}: anything ${words}, and not only ${known.join(', ')}`];
  const has = (type: string): boolean =>
    known.includes(type) || (type === 'integer' && known.includes('number'));
  return all.filter((type) => !has(type)).map((type) => `${at}: ${type} ${words}`);
}

/** Values of an enumeration that are not there any more; one that was a list of values and is any text lost none. */
function lostValues(was: Json, is: Json): string[] {
  const values = (one: Json): unknown[] | undefined =>
    'const' in one ? [one['const']] : (one['enum'] as unknown[] | undefined);
  const [before, after] = [values(was), values(is)];
  if (after === undefined) return [];
  if (before === undefined) return ['anything but the listed values'];
  return before.filter((value) => !after.includes(value)).map((value) => JSON.stringify(value));
}

const LOWER = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems'] as const;
const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'] as const;

function narrowed(was: Json, is: Json, at: string): string[] {
  const number = (one: Json, name: string): number | undefined => one[name] as number | undefined;
  const breaks = [
    ...LOWER.filter((name) => (number(is, name) ?? -Infinity) > (number(was, name) ?? -Infinity)),
    ...UPPER.filter((name) => (number(is, name) ?? Infinity) < (number(was, name) ?? Infinity)),
    ...(['pattern', 'format'] as const).filter((name) => is[name] !== undefined && is[name] !== was[name]),
  ];
  return breaks.map((name) => `${at}: ${name} is ${shown(is[name])}, and was ${shown(was[name])}`);
}

function shown(value: unknown): string {
  if (value === undefined) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function variants(schema: Schema): Json[] {
  if (schema === undefined || typeof schema === 'boolean') return [{}];
  const any = (schema['anyOf'] ?? schema['oneOf']) as Schema[] | undefined;
  return any === undefined ? [schema] : any.flatMap(variants);
}

function nameOf(schema: Json): string {
  const members = properties(schema).map(([name]) => name);
  return members.length > 0
    ? `{${members.slice(0, 5).join(', ')}}`
    : typesOf(schema).join(' or ') || 'a value';
}

function typesOf({ type, const: constant }: Json): string[] {
  if (type === undefined && typeof constant === 'string') return ['string'];
  return type === undefined ? [] : [type].flat().map(String);
}

function bodyOf(body: unknown): Schema {
  return body === undefined ? undefined : (object(contentOf(body)['application/json'])['schema'] as Schema);
}

function contentOf(one: unknown): Json {
  return object(object(one)['content']);
}

function properties(schema: Json): [string, Schema][] {
  return Object.entries(object(schema['properties'])) as [string, Schema][];
}

function propertyOf(schema: Json, name: string): Schema {
  return object(schema['properties'])[name] as Schema;
}

function isSchema(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}

function object(value: unknown): Json {
  return (value ?? {}) as Json;
}

function list(value: unknown): Json[] {
  return (value ?? []) as Json[];
}

function texts(value: unknown): string[] {
  return (value ?? []) as string[];
}
