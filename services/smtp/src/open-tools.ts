// Makes what the commands work with: the store, the directory, the filters, the acceptor.
import type { Bus } from '@pochtar/bus';
import { LoginGuard, type ServiceContext } from '@pochtar/runtime';
import type { LiveSettings, Settings } from '@pochtar/settings';
import { openBlobStore } from '@pochtar/store/blob';
import type { Database } from '@pochtar/store/db';
import { passwordVerifier, recipientLookup } from '@pochtar/store/directory';
import { type MasterKey, readSecret } from '@pochtar/store/settings';
import { Acceptor } from './accept.ts';
import { AccessList } from './access-list.ts';
import type { Config } from './config.ts';
import { DialogueFilters } from './dialogue-filters.ts';
import { DiskSpace } from './disk-space.ts';
import { followedNetworks } from './followed-networks.ts';
import { BodyMemory } from './incoming-body.ts';
import { createMetrics } from './metrics.ts';
import { Refusals } from './refusals.ts';
import { SenderAddresses } from './sender-addresses.ts';
import { SendingLimit } from './sending-limit.ts';
import type { Section, Tools } from './tools.ts';

/** Bodies of all sessions in memory; beyond it they go to the spool directory whatever their size. */
const MAX_BODY_MEMORY = 128 * 1024 * 1024;
const KEEP_RECIPIENTS_MS = 5000;

export interface ToolParts {
  config: Config;
  context: ServiceContext;
  db: Database;
  bus: Bus;
  settings: LiveSettings<Section>;
  key: MasterKey;
  repeatMs?: number | undefined;
}

export async function openTools(parts: ToolParts): Promise<Tools & AsyncDisposable> {
  const { config, context, db, bus, settings, key, repeatMs } = parts;
  const { log, instance } = context;
  await using stack = new AsyncDisposableStack();
  const current: Tools['current'] = (section) => settings.current(section);
  const metrics = createMetrics();
  const spoolDirectory = config.POCHTAR_SPOOL_DIR;
  const blobs = stack.use(
    await openBlobStore({
      db,
      instance,
      log,
      volumeId: () => Number(current('general').storageVolume) || undefined,
      secretFor: async (volumeId) => {
        const secret = await readSecret(db, key, `volume.${volumeId}`);
        if (secret === null) throw new Error(`the key of storage volume ${volumeId} is not set`);
        return secret;
      },
    }),
  );
  const acceptor = stack.use(new Acceptor({ db, bus, log, metrics, repeatMs }));
  const disk = stack.use(
    new DiskSpace({
      volumeFreeBytes: () => blobs.freeBytes(),
      spoolDirectory,
      lowWater: () => current('alerts').diskLowWaterMb * 1024 * 1024,
      log,
    }),
  );
  await disk.measure();
  const isWebmail = followedNetworks(() => current('network').webmailAddresses);
  const sendingLimit = stack.use(new SendingLimit({ db, current, isWebmail, log }));
  const opened = stack.move();
  return {
    current,
    revision: (section) => settings.revision(section),
    accessList: compiled(() => current('accessLists')),
    isWebmail,
    sendingLimit,
    recipients: recipientLookup(db, KEEP_RECIPIENTS_MS),
    senders: new SenderAddresses(db),
    passwords: passwordVerifier(db),
    guard: new LoginGuard(() => current('limits')),
    filters: new DialogueFilters(
      bus,
      { dnsbl: () => current('dnsbl'), greylist: () => current('greylist') },
      log,
    ),
    disk,
    blobs,
    acceptor,
    memory: new BodyMemory(MAX_BODY_MEMORY),
    spoolDirectory,
    refusals: new Refusals(bus, log),
    metrics,
    log,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Compiled once for each document. */
function compiled(settings: () => Settings['accessLists']): () => AccessList {
  let made: { of: Settings['accessLists']; list: AccessList } | null = null;
  return () => {
    const now = settings();
    if (made?.of !== now) made = { of: now, list: new AccessList(now) };
    return made.list;
  };
}
