// Postgres, the bus and the live settings of a process, opened in this order: nothing is asked of a database with
// another schema, and whoever has the settings has read every section it uses.
import { type Bus, connectBus, settingsLink } from '@pochtar/bus';
import type { Health, ProcessEnv, ServiceContext } from '@pochtar/runtime';
import {
  type Applied,
  type LiveSettings,
  NOT_AVAILABLE,
  openSettings,
  type SectionName,
} from '@pochtar/settings';
import { type Database, openDatabase } from '@pochtar/store/db';
import { requireSchema } from '@pochtar/store/migrate';
import { settingsRows } from '@pochtar/store/settings';
import { watchConnections } from './connection-health.ts';

export interface Connections {
  db: Database;
  bus: Bus;
}

export interface OpenedService<Section extends SectionName> extends Connections {
  settings: LiveSettings<Section>;
}

/** For code that only asks what a section says now. */
export type CurrentSettings<Section extends SectionName> = Pick<LiveSettings<Section>, 'current'>;

/** Connections to Postgres; 4 a process is the rule, over all of its pools. */
export function openPool(config: ProcessEnv, { log, name }: ServiceContext, max = 4): Database {
  return openDatabase({
    url: config.POCHTAR_POSTGRES_URL,
    passwordFile: config.POCHTAR_POSTGRES_PASSWORD_FILE,
    applicationName: name,
    max,
    onError: (error) => log.warn({ err: error }, 'a database connection broke'),
  });
}

/** Throws when the schema is not the one this code is made for. What it opens ends with `stack`. */
export async function openConnections(
  config: ProcessEnv,
  context: ServiceContext,
  stack: AsyncDisposableStack,
  maxConnections?: number,
): Promise<Connections> {
  const db = stack.use(openPool(config, context, maxConnections));
  await requireSchema(db);
  const bus = await connectBus({
    url: config.POCHTAR_NATS_URL,
    user: config.POCHTAR_NATS_USER,
    passwordFile: config.POCHTAR_NATS_PASSWORD_FILE,
    name: context.name,
    log: context.log,
  });
  stack.use(bus);
  stack.use(watchConnections({ health: context.health, bus, db }));
  return { db, bus };
}

/** The same, and the settings: resolves when every one of `sections` has been read. */
export async function openService<Section extends SectionName>(
  config: ProcessEnv,
  context: ServiceContext,
  sections: readonly Section[],
  stack: AsyncDisposableStack,
  maxConnections?: number,
): Promise<OpenedService<Section>> {
  const { db, bus } = await openConnections(config, context, stack, maxConnections);
  const { name, instance, log } = context;
  const link = settingsLink(bus);
  const settings = await openSettings({
    ...{ sections, process: name, instance, log },
    ...settingsRows(db),
    ...link,
    report: (applied) => {
      showInHealth(context.health, applied);
      link.report(applied);
    },
  });
  return { db, bus, settings: stack.use(settings) };
}

/** A process that could not apply a section is not ready; what no process applies yet is no fault of this one. */
function showInHealth(health: Health, { section, problem }: Applied): void {
  const isFault = problem !== undefined && problem.code !== NOT_AVAILABLE;
  health.report(`settings ${section}`, isFault ? problem.text : null);
}
