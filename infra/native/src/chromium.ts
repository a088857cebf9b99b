// Where Debian's Chromium is on this machine: installed, or unpacked with its libraries and a font. The package's start
// script knows only the place of an installation, so an unpacked browser is called by its own file.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePackage, installedProgram, librariesOf } from './debian-package.ts';

export interface Chromium {
  path: string;
  /** What the browser needs beside the environment it is started in. */
  env: Record<string, string>;
}

const debianPackage = 'chromium';

/** Returns the browser, fetching the Debian packages that the machine has not; throws with the remedy. */
export async function ensureChromium(note?: (text: string) => void): Promise<Chromium> {
  const installed = process.env['POCHTAR_CHROMIUM'] ?? installedProgram('chromium');
  if (installed !== undefined) return { path: installed, env: {} };
  const options = { debianPackage, afterUnpack: describeFonts, ...(note && { note }) };
  const root = await ensurePackage(options).catch((error: unknown) => {
    const remedy = `install it ("apt-get install ${debianPackage}") or name one in POCHTAR_CHROMIUM`;
    throw new Error(`Chromium was not found and could not be fetched: ${remedy}`, { cause: error });
  });
  return unpackedChromium(root);
}

/** The browser in an unpacked package. */
export function unpackedChromium(root: string): Chromium {
  const path = join(root, 'usr/lib/chromium/chromium');
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
