// Debian's Chromium, without anything that asks the network on its own account.
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

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.POCHTAR_CHROMIUM ?? '/usr/bin/chromium',
    args: flags,
  });
}
