// Where Debian's Chromium is on this machine: its build without a window, which needs little more than half the processor
// time, installed or unpacked with its libraries and a font; where that can't be had, an installed Chromium. The package's
// start script knows only the place of an installation, so an unpacked browser is called by its own file.
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePackage, installedProgram, librariesOf } from './debian-package.ts';

export interface Chromium {
  path: string;
  /** What the browser needs beside the environment it is started in. */
  env: Record<string, string>;
}

const debianPackage = 'chromium-headless-shell';
const home = 'usr/lib/chromium';

/** Returns the browser, fetching the Debian packages that the machine has not; throws with the remedy. */
export async function ensureChromium(note?: (text: string) => void): Promise<Chromium> {
  const installed = process.env['POCHTAR_CHROMIUM'] ?? installedProgram(debianPackage);
  if (installed !== undefined) return { path: installed, env: {} };
  try {
    const options = { debianPackage, afterUnpack: completeChromium, ...(note && { note }) };
    return unpackedChromium(await ensurePackage(options));
  } catch (error) {
    const withWindow = installedProgram('chromium');
    if (withWindow !== undefined) return { path: withWindow, env: {} };
    const remedy = `install it ("apt-get install ${debianPackage}") or name one in POCHTAR_CHROMIUM`;
    throw new Error(`Chromium was not found and could not be fetched: ${remedy}`, { cause: error });
  }
}

/** The browser in an unpacked package. */
export function unpackedChromium(root: string): Chromium {
  const path = join(root, home, debianPackage);
  if (!existsSync(path)) throw new Error(`the package ${debianPackage} in ${root} holds no Chromium`);
  // What the sound library brings for itself lies deeper, where only an installed one would look.
  const libraries = librariesOf(root).flatMap((dir) => [dir, join(dir, 'pulseaudio')]);
  const fonts = join(root, fontsFile);
  const env = {
    LD_LIBRARY_PATH: libraries.filter((dir) => existsSync(dir)).join(':'),
    ...(existsSync(fonts) && { FONTCONFIG_FILE: fonts }),
  };
  return { path, env };
}

async function completeChromium(root: string): Promise<void> {
  linkCommonFiles(root, join('/', home));
  await describeFonts(root);
}

/** What both builds share and the machine has installed is not fetched again; the browser looks for it beside itself. */
export function linkCommonFiles(root: string, installed: string): void {
  if (!existsSync(installed)) return;
  const here = join(root, home);
  for (const name of readdirSync(installed)) {
    if (!existsSync(join(here, name))) symlinkSync(join(installed, name), join(here, name));
  }
}

const fontsFile = 'etc/fonts/pochtar.conf';

/**
 * The font that comes with the package (DejaVu, which has Cyrillic), by relative paths: the directory is renamed once it
 * is complete. A machine with fonts and a configuration of its own gets none with the package, and uses its own.
 */
export async function describeFonts(root: string): Promise<void> {
  if (!existsSync(join(root, 'usr/share/fonts'))) return;
  const families = [
    ['system-ui', 'DejaVu Sans'],
    ['sans-serif', 'DejaVu Sans'],
    ['serif', 'DejaVu Serif'],
    ['monospace', 'DejaVu Sans Mono'],
  ];
  const aliases = families.map(
    ([family, font]) =>
      `  <alias><family>${family}</family><prefer><family>${font}</family></prefer></alias>`,
  );
  const lines = [
    '<?xml version="1.0"?>',
    '<!DOCTYPE fontconfig SYSTEM "fonts.dtd">',
    '<fontconfig>',
    '  <dir prefix="relative">../../usr/share/fonts</dir>',
    '  <dir>/usr/share/fonts</dir>',
    '  <cachedir prefix="xdg">fontconfig</cachedir>',
    ...aliases,
    '</fontconfig>',
  ];
  mkdirSync(join(root, 'etc/fonts'), { recursive: true });
  writeFileSync(join(root, fontsFile), `${lines.join('\n')}\n`);
}
