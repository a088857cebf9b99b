// The question that tries settings before they are saved; the settings process answers, and passes on what the program
// that runs the test says meanwhile.
import { z } from 'zod';
import type { Bus } from '../bus.ts';
import { progressInbox } from '../progress.ts';
import { TEST_MS, testKinds, type TestVerdict, testVerdict } from '../settings-test.ts';
import type { Access, Asker } from './access.ts';
import { adminQuestion, type AdminReply } from './question.ts';
import { askTest, type TestListener } from './told-test.ts';

const draft = z.object({
  kind: z.enum(testKinds),
  /** Values of fields that differ from what is saved, by section. */
  values: z.record(z.string().max(64), z.record(z.string().max(64), z.json())).default({}),
  /** Secrets as they were typed, by section. */
  secrets: z.record(z.string().max(64), z.record(z.string().max(64), z.string().max(4000))).optional(),
  /** The stored secret, where none was typed: only against the host it is stored for. */
  useStoredSecret: z.boolean().default(false),
  /** Only this one of several: a zone. */
  only: z.string().max(400).optional(),
  /** Where the asker hears of the progress (`progressAt`). */
  progress: progressInbox.optional(),
});
export type SettingsTestRequest = z.input<typeof draft>;
export type AskedSettingsTest = z.output<typeof draft>;

/** Tests reach out: administrators only, each one written down with what it was pointed at. */
const triesAll: Access<AskedSettingsTest> = {
  roles: ['admin'],
  audit: {
    object: ({ kind, values, only }) =>
      [kind, ...targets(values), ...(only ?? '').split('\n', 1)].join(' ').trim(),
    keeps: ['kind'],
  },
};

/** The fields that say where a test goes; none of them holds a secret. */
const TARGETS = [
  ...['relay.host', 'relay.port', 'dnsbl.zones', 'general.heloName'],
  ...['clamavAddress', 'kasperskyAddress', 'drwebAddress'].map((field) => `antivirus.${field}`),
];

function targets(values: Readonly<Record<string, Readonly<Record<string, unknown>>>>): string[] {
  return TARGETS.flatMap((path) => {
    const [section = '', field = ''] = path.split('.');
    const value = values[section]?.[field];
    return value === undefined ? [] : [`${path}=${JSON.stringify(value)}`];
  });
}

export const adminTest = {
  run: adminQuestion(
    'settings',
    'test.run',
    'tries settings that are not saved yet; tells of its progress where the asker hears it',
    draft,
    testVerdict,
    triesAll,
  ),
};

/** Over the time of the test itself, for the way through two processes. */
const SPARE_MS = 10_000;

/** Asks for a test and hears of its progress; `signal` takes it back. */
export function askSettingsTest(
  bus: Bus,
  who: Asker,
  request: Omit<SettingsTestRequest, 'progress'>,
  listener: TestListener,
): Promise<AdminReply<TestVerdict>> {
  return askTest(bus, adminTest.run, who, request, { ms: TEST_MS + SPARE_MS, ...listener });
}
