// What the commands of a session work with; made once by service.ts.
import type { Bus } from '@pochtar/bus';
import type { Logger } from '@pochtar/runtime';
import type {
  AccessMatcher,
  BodyMemory,
  ClientGuard,
  Deciding,
  DiskSpace,
  LoginGuard,
  Scram,
  VolumeWatch,
} from '@pochtar/service';
import type { Settings } from '@pochtar/settings';
import type { BlobStore } from '@pochtar/store/blob';
import type { PasswordVerifier, RecipientLookup } from '@pochtar/store/directory';
import type { Acceptor } from './accept.ts';
import type { DialogueFilters } from './dialogue-filters.ts';
import type { DnsblRefusals } from './dnsbl-refusals.ts';
import type { OwnDirectory } from './directory.ts';
import type { ForeignSenders } from './foreign-senders.ts';
import type { Metrics } from './metrics.ts';
import type { Refusals } from './refusals.ts';
import type { ReverseNames } from './reverse-names.ts';
import type { SenderPolicy } from './sender-policy.ts';
import type { SendingLimit } from './sending-limit.ts';

/** Every section that names smtp among those who apply it. */
export const sections = [
  'network',
  'smtpEncryption',
  'sending',
  'accessLists',
  'general',
  'antivirus',
  'dkim',
  'misc',
  'dnsbl',
  'reverseDns',
  'greylist',
  'dlp',
  'limits',
  'alerts',
  'dsn',
] as const;
export type Section = (typeof sections)[number];

export interface Tools {
  /** The newest valid document of a section: asked for at each use, so that a change counts in open sessions. */
  current: <S extends Section>(section: S) => Settings[S];
  revision: (section: Section) => number;
  bus: Bus;
  /** The white and the black list of the moment. */
  accessLists: () => AccessMatcher;
  /** An entry of a list has decided on a connection or a mail. */
  countHit: (entry: Deciding) => void;
  /** Many users behind one address: the bundled web mail, or what hides its clients. */
  isShared: (address: string) => boolean;
  clientGuard: Pick<ClientGuard, 'isSuspended'>;
  foreignSenders: Pick<ForeignSenders, 'note'>;
  recipients: RecipientLookup;
  /** Of the addresses by which forwarded mail comes back. */
  srsKey: Buffer;
  directory: OwnDirectory;
  passwords: PasswordVerifier;
  guard: LoginGuard;
  scram: Scram;
  sendingLimit: SendingLimit;
  filters: DialogueFilters;
  dnsblRefusals: DnsblRefusals;
  reverseNames: ReverseNames;
  senderPolicy: SenderPolicy;
  disk: DiskSpace;
  volume: VolumeWatch;
  blobs: BlobStore;
  acceptor: Acceptor;
  memory: BodyMemory;
  spoolDirectory: string;
  refusals: Refusals;
  metrics: Metrics;
  log: Logger;
}

const MB = 1024 * 1024;
/** What acceptance puts in front of a message, at most: scanned with it. */
const FRONT = 4096;

/**
 * Octets of the largest message: sending.maxMessageSizeMb, or what the scanners look at where larger mail is returned
 * (antivirus.onUnscannable): then its sender is told while it is connected, and not by a notice.
 */
export function maxMessageSize(tools: Pick<Tools, 'current'>): number {
  const accepted = tools.current('sending').maxMessageSizeMb * MB;
  const { clamavEnabled, kasperskyEnabled, drwebEnabled, maxScanSizeMb, onUnscannable } =
    tools.current('antivirus');
  const isScanned = clamavEnabled || kasperskyEnabled || drwebEnabled;
  if (!isScanned || onUnscannable !== 'bounce') return accepted;
  return Math.min(accepted, maxScanSizeMb * MB - FRONT);
}
