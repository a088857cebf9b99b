// Makes what the commands work with: the store, the directory, the filters, the acceptor.
import { createResolver, type ServiceContext } from '@pochtar/runtime';
import {
  BodyMemory,
  ClientGuard,
  DiskSpace,
  followAccessLists,
  followedNetworks,
  LoginGuard,
  openBlobs,
  type OpenedService,
  Scram,
  VolumeWatch,
} from '@pochtar/service';
import { passwordVerifier, recipientLookup } from '@pochtar/store/directory';
import { derivedKey } from '@pochtar/store/settings';
import { Acceptor } from './accept.ts';
import type { Config } from './config.ts';
import { SenderPolicy } from './sender-policy.ts';
import { DialogueFilters } from './dialogue-filters.ts';
import { DnsblRefusals } from './dnsbl-refusals.ts';
import { OwnDirectory } from './directory.ts';
import { EntryHitCounter } from './entry-hit-counter.ts';
import { ForeignSenders } from './foreign-senders.ts';
import { createMetrics } from './metrics.ts';
import { Refusals } from './refusals.ts';
import { ReverseNames } from './reverse-names.ts';
import { SendingLimit } from './sending-limit.ts';
import type { Section, Tools } from './tools.ts';

/** Bodies of all sessions in memory; beyond it they go to the spool directory whatever their size. */
const MAX_BODY_MEMORY = 128 * 1024 * 1024;
const KEEP_RECIPIENTS_MS = 5000;

export async function openTools(
  config: Config,
  context: ServiceContext,
  opened: OpenedService<Section> & { masterKey: Buffer },
  repeatMs: number | undefined,
): Promise<Tools & AsyncDisposable> {
  const { db, bus, settings, masterKey } = opened;
  const { log, health } = context;
  await using stack = new AsyncDisposableStack();
  const current: Tools['current'] = (section) => settings.current(section);
  const metrics = createMetrics();
  const spoolDirectory = config.POCHTAR_SPOOL_DIR;
  const blobs = stack.use(await openBlobs(config, context, { ...opened, watched: true }));
  const acceptor = stack.use(new Acceptor({ db, bus, log, metrics, repeatMs }));
  const databaseDirectory = config.POCHTAR_POSTGRES_DIR;
  const disk = stack.use(
    await DiskSpace.open({ blobs, spoolDirectory, databaseDirectory, settings, log, health }),
  );
  const volume = stack.use(await VolumeWatch.open({ blobs, health, log }));
  const isWebmail = followedNetworks(() => current('network').webmailAddresses);
  const clientGuard = stack.use(await ClientGuard.follow({ db, bus, log }));
  const isShared = (address: string): boolean => isWebmail(address) || clientGuard.isSuspended(address);
  const sendingLimit = stack.use(new SendingLimit({ db, current, isShared, log }));
  const refusals = stack.use(new Refusals(bus, log));
  const lists = stack.use(await followAccessLists({ db, bus, context }));
  const dnsblRefusals = stack.use(new DnsblRefusals(db, log));
  const hits = stack.use(new EntryHitCounter(db, log));
  const directory = new OwnDirectory(db);
  const foreignSenders = stack.use(new ForeignSenders({ db, bus, directory, guard: clientGuard, log }));
  const resolver = createResolver({ servers: config.POCHTAR_DNS_SERVERS?.split(',') });
  const accessLists = () => lists.matcher;
  const scram = stack.use(await Scram.follow({ db, masterKey, log }));
  const running = stack.move();
  return {
    current,
    revision: (section) => settings.revision(section),
    bus,
    accessLists,
    countHit: (entry) => hits.count(entry.id),
    isShared,
    clientGuard,
    foreignSenders,
    sendingLimit,
    srsKey: derivedKey(masterKey, 'srs'),
    recipients: recipientLookup(db, KEEP_RECIPIENTS_MS),
    directory,
    passwords: passwordVerifier(db, { learned: (...password) => scram.learn(...password) }),
    scram,
    guard: new LoginGuard(db, settings),
    filters: new DialogueFilters(
      bus,
      { dnsbl: () => current('dnsbl'), greylist: () => current('greylist') },
      log,
    ),
    dnsblRefusals,
    senderPolicy: new SenderPolicy(bus, log),
    reverseNames: new ReverseNames(resolver, { current, accessLists }),
    disk,
    volume,
    blobs,
    acceptor,
    memory: new BodyMemory(MAX_BODY_MEMORY),
    spoolDirectory,
    refusals,
    metrics,
    log,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
