// The scanners that the settings switch on. An ICAP scanner remembers what its service offers, so scanners are
// kept as long as their section does not change.
import type { AntivirusSettings } from '@pochtar/settings';
import { clamdScanner } from './clamd.ts';
import { icapScanner } from './icap.ts';
import type { Scanner } from './scanner.ts';

export class Scanners {
  readonly #current: () => AntivirusSettings;
  #made: { settings: AntivirusSettings; scanners: Scanner[] } | null = null;

  /** `current` gives the newest document; a changed one is another object. */
  constructor(current: () => AntivirusSettings) {
    this.#current = current;
  }

  enabled(): readonly Scanner[] {
    const settings = this.#current();
    if (this.#made?.settings !== settings) this.#made = { settings, scanners: scannersOf(settings) };
    return this.#made.scanners;
  }
}

function scannersOf(settings: AntivirusSettings): Scanner[] {
  const { clamavEnabled, kasperskyEnabled, drwebEnabled } = settings;
  const isEnabled = { clamav: clamavEnabled, kaspersky: kasperskyEnabled, drweb: drwebEnabled };
  return scannerKinds.filter((kind) => isEnabled[kind]).map((kind) => makeScanner[kind](settings));
}

const scannerKinds = ['clamav', 'kaspersky', 'drweb'] as const;
export type ScannerKind = (typeof scannerKinds)[number];

/** The scanner that the settings describe, whether it is switched on or not. */
export const makeScanner: Readonly<Record<ScannerKind, (settings: AntivirusSettings) => Scanner>> = {
  clamav: ({ clamavAddress }) => clamdScanner('ClamAV', clamavAddress),
  kaspersky: ({ kasperskyAddress }) => icapScanner('Kaspersky', kasperskyAddress),
  // Dr.Web speaks either protocol.
  drweb: ({ drwebAddress }) =>
    (/^icaps?:/i.test(drwebAddress) ? icapScanner : clamdScanner)('Dr.Web', drwebAddress),
};
