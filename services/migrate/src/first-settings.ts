// The file of a new installation: what its settings and its storage volume start with. Written by the launcher
// (ports) or by whoever runs the containers; checked as strictly as an administrator's change.
import { readFile } from 'node:fs/promises';
import { validateAll } from '@pochtar/settings';
import type { SettingsParts } from '@pochtar/store/settings';
import { z } from 'zod';

const volume = z.strictObject({
  name: z.string().min(1).max(100),
  kind: z.enum(['directory', 's3']),
  /** {path} or {endpoint, port, useSsl, bucket, region, accessKey} */
  config: z.record(z.string(), z.json()),
  /** Of a bucket; stored encrypted. */
  secretKey: z.string().min(1).max(1000).optional(),
});

const file = z.strictObject({
  settings: z.record(z.string(), z.record(z.string(), z.json())).default({}),
  volume: volume.optional(),
});

export interface FirstSettings {
  settings: SettingsParts;
  volume?: z.infer<typeof volume> | undefined;
}

/** Reads the file; no path means defaults only. Throws with section, field and remedy. */
export async function readFirstSettings(path: string | undefined): Promise<FirstSettings> {
  if (path === undefined) return { settings: {} };
  const text = await readFile(path, 'utf8');
  try {
    return parseFirstSettings(text);
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

export function parseFirstSettings(text: string): FirstSettings {
  const parsed = file.safeParse(JSON.parse(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { settings, volume: firstVolume } = parsed.data;
  const result = validateAll(settings);
  if (!result.ok) {
    const [error] = result.errors;
    throw new Error(`settings.${error?.section}.${error?.field}: ${error?.message.en}`);
  }
  return { settings, volume: firstVolume };
}
