import { describe, expect, test } from 'vitest';
import type { SectionName } from './catalogue.ts';
import { type HintListener, type LiveOptions, openSettings } from './live.ts';
import type { Applied, SectionRow } from './live-section.ts';
import { NotApplied } from './problem.ts';

/** Rows, hints and reports as the database and the bus give and take them, in memory. */
function world() {
  const rows = new Map<string, SectionRow>();
  const applied: Applied[] = [];
  const waiting: { accept: (report: Applied) => boolean; resolve: (report: Applied) => void }[] = [];
  let listener: HintListener | undefined;
  const state = { isReadable: true, reads: 0, revisionReads: 0, isStopped: false };
  const put = (name: SectionName, revision: number, document: unknown): void =>
    void rows.set(name, { name, revision, document });
  const pick = (names: readonly string[]) => names.flatMap((name) => rows.get(name) ?? []);
  const options = {
    process: 'smtp',
    instance: 'one',
    read: async (names: readonly string[]) => {
      state.reads++;
      if (!state.isReadable) throw new Error('the database is away');
      return pick(names);
    },
    readRevisions: async (names: readonly string[]) => {
      state.revisionReads++;
      return pick(names);
    },
    subscribeHints: (wanted: HintListener) => {
      listener = wanted;
      return () => {
        state.isStopped = true;
      };
    },
    report: (report: Applied) => {
      applied.push(report);
      for (const [index, { accept, resolve }] of [...waiting.entries()].toReversed()) {
        if (!accept(report)) continue;
        waiting.splice(index, 1);
        resolve(report);
      }
    },
    log: { info: () => {}, warn: () => {}, error: () => {} },
    compareEveryMs: 3_600_000,
  } satisfies Omit<LiveOptions<SectionName>, 'sections'>;
  const reported = (accept: (report: Applied) => boolean) =>
    new Promise<Applied>((resolve) => waiting.push({ accept, resolve }));
  return { put, options, applied, state, reported, hints: () => listener as HintListener };
}

describe('opening', () => {
  test('every section is read before it resolves', async () => {
    const { put, options } = world();
    put('network', 3, { smtpPort: 2525 });
    put('queue', 1, {});
    await using settings = await openSettings({ ...options, sections: ['network', 'queue'] });
    expect(settings.current('network').smtpPort).toBe(2525);
    expect(settings.revision('network')).toBe(3);
    expect(settings.current('queue').runIntervalMinutes).toBe(30);
  });

  test('a row that does not exist yet is waited for', async () => {
    const { put, options, state } = world();
    const opening = openSettings({ ...options, sections: ['network'] });
    while (state.reads === 0) await Promise.resolve();
    put('network', 1, {});
    await using settings = await opening;
    expect(settings.revision('network')).toBe(1);
  });

  test('a row that never comes is an error that names the section', async () => {
    const { options, state } = world();
    await expect(openSettings({ ...options, sections: ['network'], waitForRowsMs: 50 })).rejects.toThrow(
      /network/,
    );
    expect(state.isStopped).toBe(true);
  });

  test('an invalid row is an error that names section, field and remedy, and is reported', async () => {
    const { put, options, applied } = world();
    put('network', 1, { smtpPort: 0 });
    await expect(openSettings({ ...options, sections: ['network'] })).rejects.toThrow(
      /network\.smtpPort.*1 to 65535/,
    );
    expect(applied[0]).toMatchObject({
      section: 'network',
      revision: 1,
      error: expect.stringContaining('smtpPort'),
    });
  });
});

describe('a change', () => {
  test('arrives by a hint, is handed to the handler, and is reported', async () => {
    const { put, options, hints, reported } = world();
    put('network', 1, {});
    await using settings = await openSettings({ ...options, sections: ['network'] });
    const seen: [number, number][] = [];
    settings.onChange(
      'network',
      async (value, previous) => void seen.push([value.smtpPort, previous.smtpPort]),
    );
    put('network', 2, { smtpPort: 2525 });
    const report = reported((item) => item.revision === 2);
    hints().onHint('network');
    expect(await report).toEqual({
      process: 'smtp',
      instance: 'one',
      section: 'network',
      revision: 2,
      error: null,
    });
    expect(seen).toEqual([[2525, 25]]);
    expect(settings.current('network').smtpPort).toBe(2525);
  });

  test('that a handler refuses is reported with the message, and tried again until it succeeds', async () => {
    const { put, options, hints, reported } = world();
    put('network', 1, {});
    await using settings = await openSettings({ ...options, sections: ['network'], compareEveryMs: 20 });
    let attempts = 0;
    settings.onChange('network', () => {
      if (++attempts < 3) throw new Error('port 2525 is taken');
    });
    put('network', 2, { smtpPort: 2525 });
    const failed = reported((item) => item.revision === 2 && item.error !== null);
    hints().onHint('network');
    expect((await failed).error).toBe('port 2525 is taken');
    await reported((item) => item.revision === 2 && item.error === null);
    expect(attempts).toBe(3);
  });

  test('that waits for another section is applied as soon as that one is', async () => {
    const { put, options, hints, applied, reported } = world();
    put('network', 1, {});
    put('accessEncryption', 1, {});
    await using settings = await openSettings({ ...options, sections: ['network', 'accessEncryption'] });
    await settings.apply('network', () => {
      if (settings.revision('accessEncryption') === 1) throw new Error('no certificate is loaded');
    });
    await settings.apply('accessEncryption', () => {
      if (settings.revision('accessEncryption') === 1) throw new Error('no certificate is chosen');
    });
    expect(applied.map(({ error }) => error)).toEqual([
      'no certificate is loaded',
      'no certificate is chosen',
    ]);
    put('accessEncryption', 2, {});
    const opened = reported((item) => item.section === 'network' && item.error === null);
    hints().onHint('accessEncryption');
    expect((await opened).revision).toBe(1);
  });

  test('handlers of a section run one at a time, and only the latest document counts', async () => {
    const { put, options, hints, reported } = world();
    put('network', 1, { smtpPort: 1 });
    await using settings = await openSettings({ ...options, sections: ['network'] });
    const seen: number[] = [];
    let running = 0;
    let release: (() => void) | undefined;
    const started = new Promise<void>((resolve) => {
      settings.onChange('network', async (value) => {
        expect(++running).toBe(1);
        seen.push(value.smtpPort);
        if (seen.length === 1) {
          resolve();
          await new Promise<void>((go) => {
            release = go;
          });
        }
        running--;
      });
    });
    put('network', 2, { smtpPort: 2 });
    hints().onHint('network');
    await started;
    for (const revision of [3, 4, 5]) {
      put('network', revision, { smtpPort: revision });
      hints().onHint('network');
      while (settings.revision('network') !== revision) await Promise.resolve();
    }
    const done = reported((item) => item.revision === 5);
    release?.();
    await done;
    expect(seen).toEqual([2, 5]);
  });

  test('to an invalid document leaves the last good one and is reported', async () => {
    const { put, options, hints, reported } = world();
    put('queue', 1, { runIntervalMinutes: 10 });
    await using settings = await openSettings({ ...options, sections: ['queue'] });
    put('queue', 2, { runIntervalMinutes: 0 });
    const report = reported((item) => item.revision === 2);
    hints().onHint('queue');
    expect((await report).error).toMatch(/runIntervalMinutes/);
    expect(settings.current('queue').runIntervalMinutes).toBe(10);
    expect(settings.revision('queue')).toBe(1);
  });

  test('whose hint was lost is found by comparing revisions, and reports are repeated', async () => {
    const { put, options, state, reported, applied } = world();
    put('queue', 1, {});
    await using settings = await openSettings({ ...options, sections: ['queue'], compareEveryMs: 10 });
    await reported((item) => item.revision === 1);
    await reported((item) => item.revision === 1);
    const before = state.reads;
    put('queue', 2, {});
    await reported((item) => item.revision === 2);
    expect(settings.revision('queue')).toBe(2);
    expect(state.reads).toBe(before + 1);
    expect(applied.length).toBeGreaterThan(2);
  });

  test('that is no change is answered with the report of what runs', async () => {
    const { put, options, hints, reported } = world();
    put('queue', 7, {});
    await using settings = await openSettings({ ...options, sections: ['queue'] });
    const report = reported((item) => item.section === 'queue');
    hints().onHint('queue');
    expect((await report).revision).toBe(settings.revision('queue'));
  });

  test('whose hint was lost is found after a reconnect', async () => {
    const { put, options, hints } = world();
    put('queue', 1, {});
    await using settings = await openSettings({ ...options, sections: ['queue'] });
    put('queue', 2, {});
    hints().onReconnect();
    await settings.refresh();
    expect(settings.revision('queue')).toBe(2);
  });

  test('that cannot be read is read again later', async () => {
    const { put, options, hints, state, reported } = world();
    put('queue', 1, {});
    await using settings = await openSettings({ ...options, sections: ['queue'] });
    settings.onChange('queue', () => {});
    state.isReadable = false;
    put('queue', 2, {});
    const report = reported((item) => item.revision === 2);
    hints().onHint('queue');
    await settings.refresh();
    expect(settings.revision('queue')).toBe(1);
    state.isReadable = true;
    await report;
    expect(settings.revision('queue')).toBe(2);
  });

  test('hints of sections that are not used here are not read', async () => {
    const { put, options, hints, state } = world();
    put('queue', 1, {});
    await using settings = await openSettings({ ...options, sections: ['queue'] });
    const before = state.reads;
    hints().onHint('network');
    await settings.refresh();
    expect(state.reads).toBe(before + 1);
  });
});

describe('a report', () => {
  test('has the words of what a handler throws in both languages, and the English ones for older readers', async () => {
    const { put, options, applied } = world();
    put('network', 1, {});
    await using settings = await openSettings({ ...options, sections: ['network'] });
    const words = { ru: 'порт 25 занят', en: 'port 25 is taken' };
    await settings.apply('network', () => {
      throw new NotApplied('portTaken', words);
    });
    expect(applied.at(-1)).toMatchObject({
      error: 'port 25 is taken',
      problem: { code: 'portTaken', text: words },
    });
  });

  test('never says applied of what nothing acts on, and names it by its label', async () => {
    const { put, options, applied, hints } = world();
    put('network', 1, {});
    put('retention', 1, {});
    await using settings = await openSettings({ ...options, sections: ['network', 'retention'] });
    await settings.apply('network', () => {});
    expect(applied.at(-1)).toMatchObject({ section: 'network', revision: 1, error: null });
    for (const name of ['network', 'retention'] as const) hints().onHint(name);
    await settings.refresh();
    expect(applied.find(({ section }) => section === 'retention')?.problem).toMatchObject({
      code: 'notAvailable',
      text: { ru: expect.stringContaining('недоступ') },
    });
    put('network', 2, { firewallRule: false });
    await settings.refresh();
    expect(applied.at(-1)).toMatchObject({
      revision: 2,
      problem: {
        code: 'notAvailable',
        text: {
          en: expect.stringContaining('“Create the allow rule automatically”'),
          ru: expect.stringContaining('«Автоматически создавать разрешающее правило»'),
        },
      },
    });
  });
});

test('a process that stops says so once for each section', async () => {
  const { put, options, applied } = world();
  put('network', 4, {});
  const settings = await openSettings({ ...options, sections: ['network'] });
  await settings[Symbol.asyncDispose]();
  expect(applied).toEqual([
    { process: 'smtp', instance: 'one', section: 'network', revision: 4, error: null, isGone: true },
  ]);
});

describe('apply', () => {
  test('runs the handler now and resolves although it fails; the failure is reported', async () => {
    const { put, options, applied } = world();
    put('network', 1, {});
    await using settings = await openSettings({ ...options, sections: ['network'] });
    await settings.apply('network', () => {
      throw new Error('port 25 is taken by nginx');
    });
    expect(applied.at(-1)).toMatchObject({ revision: 1, error: 'port 25 is taken by nginx' });
  });

  test('a section with two handlers is applied when both are', async () => {
    const { put, options, applied } = world();
    put('network', 1, {});
    await using settings = await openSettings({ ...options, sections: ['network'] });
    await settings.apply('network', () => {});
    await settings.apply('network', () => {
      throw new Error('no');
    });
    expect(applied.map((report) => report.error)).toEqual([null, 'no']);
  });
});
