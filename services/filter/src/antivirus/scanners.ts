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
  const scanners: Scanner[] = [];
  if (settings.clamavEnabled) scanners.push(clamdScanner('ClamAV', settings.clamavAddress));
  if (settings.kasperskyEnabled) scanners.push(icapScanner('Kaspersky', settings.kasperskyAddress));
  if (settings.drwebEnabled) {
    // Dr.Web speaks either protocol.
    const isIcap = /^icaps?:/i.test(settings.drwebAddress);
    scanners.push((isIcap ? icapScanner : clamdScanner)('Dr.Web', settings.drwebAddress));
  }
  return scanners;
}
