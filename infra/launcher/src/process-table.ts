// docker-compose.yml as the native process table: the blocks that carry x-pochtar, in their order. The container
// run and the native run read the same file, so the two cannot drift; only infrastructure differs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from './paths.ts';

export interface ProcessEntry {
  name: string;
  /** Folder of the program, e.g. services/filter */
  program: string;
  /** Its role in Postgres (pochtar_<user>) and its user on the bus. */
  user: string;
  /** May decrypt secrets. */
  masterKey: boolean;
  /** Runs to its end before what depends on it starts. */
  once: boolean;
  /** Takes connections from outside: it may open ports below 1024. */
  listens: boolean;
  /** Own processes that must be ready (or, `once`, done) before this one starts. */
  dependsOn: string[];
  /** Variables of the block; what the place decides (addresses, password files) is set by the launcher instead. */
  environment: Record<string, string>;
  graceMs: number;
}

type Block = Record<string, unknown>;

/** Reads the table; throws with the block and the field when the file is not as it must be. */
export function readProcessTable(file = join(root, 'docker-compose.yml')): ProcessEntry[] {
  return parseProcessTable(readFileSync(file, 'utf8'), process.env);
}

/** Parses the text of docker-compose.yml; `variables` are for `${NAME:-default}` in it. */
export function parseProcessTable(
  text: string,
  variables: Record<string, string | undefined> = {},
): ProcessEntry[] {
  const document = asBlock(parse(text, { merge: true, maxAliasCount: 1000 }), 'the file');
  const services = Object.entries(asBlock(document['services'], 'services'));
  const own = services.filter(([, block]) => asBlock(block, 'a service')['x-pochtar'] !== undefined);
  if (own.length === 0) throw new Error('docker-compose.yml: no service has x-pochtar');
  const names = new Set(own.map(([name]) => name));
  const table = own.map(([name, block]) => entry(name, asBlock(block, name), names, variables));
  for (const [index, { name, dependsOn }] of table.entries()) {
    const earlier = new Set(table.slice(0, index).map((other) => other.name));
    const late = dependsOn.find((other) => !earlier.has(other));
    if (late) throw fault(name, `depends_on ${late}, which must stand before it`);
  }
  return table;
}

function entry(
  name: string,
  block: Block,
  own: Set<string>,
  variables: Record<string, string | undefined>,
): ProcessEntry {
  const pochtar = asBlock(block['x-pochtar'], `${name}: x-pochtar`);
  const unknown = Object.keys(pochtar).find((key) => !['program', 'user', 'masterKey', 'once'].includes(key));
  if (unknown) throw fault(name, `x-pochtar.${unknown} is unknown (program, user, masterKey, once)`);
  const { program, user, masterKey = false, once = false } = pochtar;
  if (typeof program !== 'string' || !/^services\/[a-z0-9-]+$/.test(program)) {
    throw fault(name, 'x-pochtar.program must be a folder, services/<name>');
  }
  if (typeof user !== 'string' || !/^[a-z0-9-]+$/.test(user)) {
    throw fault(name, 'x-pochtar.user must be the name of its role and bus user');
  }
  if (typeof masterKey !== 'boolean' || typeof once !== 'boolean') {
    throw fault(name, 'x-pochtar.masterKey and x-pochtar.once must be true or false');
  }
  const dependsOn = dependencies(block['depends_on']).filter((other) => own.has(other));
  const environment = readEnvironment(name, block['environment'], variables);
  // In containers what listens is in the host's network.
  const listens = block['network_mode'] === 'host';
  const graceMs = grace(name, block);
  return { name, program, user, masterKey, once, listens, dependsOn, environment, graceMs };
}

// The long form has conditions: ready for a process, done for a `once` one; natively it is always that.
function dependencies(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return value === undefined ? [] : Object.keys(asBlock(value, 'depends_on'));
}

function readEnvironment(
  name: string,
  value: unknown,
  variables: Record<string, string | undefined>,
): Record<string, string> {
  if (value === undefined) return {};
  const result: Record<string, string> = {};
  for (const [key, raw] of Object.entries(asBlock(value, `${name}: environment`))) {
    if (typeof raw !== 'string' && typeof raw !== 'number')
      throw fault(name, `environment.${key} must be a text`);
    result[key] = String(raw).replace(
      /\$\{([A-Z0-9_]+)(?::-([^}]*))?\}/g,
      (_, variable: string, otherwise = '') => variables[variable] || otherwise,
    );
  }
  return result;
}

function grace(name: string, block: Block): number {
  const value = block['stop_grace_period'] ?? '10s';
  const seconds = typeof value === 'string' ? /^(\d+)s$/.exec(value)?.[1] : undefined;
  if (!seconds) throw fault(name, 'stop_grace_period must be in seconds, e.g. 30s');
  return Number(seconds) * 1000;
}

function asBlock(value: unknown, where: string): Block {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Block;
  throw new Error(`docker-compose.yml: ${where} must be a mapping`);
}

function fault(name: string, text: string): Error {
  return new Error(`docker-compose.yml: ${name}: ${text}`);
}
