// Debian's Chromium for tests: brought along where the machine has none, without anything that asks the network on its own
// account. `await using browser = await openBrowser()`; one browser serves a whole file, pages share its contexts.
import { ensureChromium } from '@pochtar/native';
import { type Browser, chromium } from 'playwright-core';

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the browser; `POCHTAR_CHROMIUM` names another than the machine's. */
export async function openBrowser(): Promise<Browser> {
  const { path, env } = await ensureChromium();
  return chromium.launch({ executablePath: path, args: flags, env: { ...process.env, ...env } });
}
