import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { describeFonts, linkCommonFiles, unpackedChromium } from './chromium.ts';

const work = mkdtempSync(join(tmpdir(), 'pochtar-chromium-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

function unpacked(name: string, files: readonly string[]): string {
  const root = join(work, name);
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), '');
  }
  return root;
}

const browser = 'usr/lib/chromium/chromium-headless-shell';
const sound = 'usr/lib/x86_64-linux-gnu/pulseaudio/libpulsecommon-16.1.so';

test('an unpacked Chromium finds its libraries, those of its sound too, and the font that came along', async () => {
  const part = unpacked('part', [browser, sound, 'usr/share/fonts/truetype/dejavu/DejaVuSans.ttf']);
  await describeFonts(part);
  const root = join(work, 'whole');
  renameSync(part, root);
  const { path, env } = unpackedChromium(root);
  expect(path).toBe(join(root, browser));
  expect(env['LD_LIBRARY_PATH']?.split(':')).toContain(join(root, dirname(sound)));
  const fonts = readFileSync(env['FONTCONFIG_FILE'] ?? '', 'utf8');
  expect(fonts).toContain('<dir prefix="relative">../../usr/share/fonts</dir>');
  expect(fonts).not.toContain(work);
});

test('a machine that has fonts itself gets none with the package, and its own configuration stays in use', async () => {
  const root = unpacked('fontless', [browser, sound]);
  await describeFonts(root);
  expect(unpackedChromium(root).env).not.toHaveProperty('FONTCONFIG_FILE');
});

test('what the machine has installed of the browser is found beside the unpacked one, which keeps its own', () => {
  const root = unpacked('unpacked', [browser]);
  const installed = join(unpacked('installed', [browser, 'usr/lib/chromium/icudtl.dat']), 'usr/lib/chromium');
  linkCommonFiles(root, installed);
  expect(readlinkSync(join(root, 'usr/lib/chromium/icudtl.dat'))).toBe(join(installed, 'icudtl.dat'));
  expect(() => readlinkSync(join(root, browser))).toThrow(/EINVAL/);
});

test('a package without the browser is not taken for one', () => {
  expect(() => unpackedChromium(unpacked('other', [sound]))).toThrow(/holds no Chromium/);
});
