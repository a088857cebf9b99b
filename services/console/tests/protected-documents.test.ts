// POST /dlp/documents/file: a document of megabytes, from the form to the fingerprints that the settings process keeps.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningConsole, runConsole, type Visitor } from './running-console.ts';

const MB = 1024 * 1024;
let running: RunningConsole;
let root: Visitor;

beforeAll(async () => {
  running = await runConsole();
  root = await running.loggedIn('root');
});
afterAll(() => running[Symbol.asyncDispose]());

async function protect(document: Buffer, request: unknown, { cookie } = root) {
  const form = new FormData();
  form.append('request', JSON.stringify(request));
  form.append('document', new Blob([new Uint8Array(document)]), 'a.txt');
  const url = `${running.url}/api/v1/dlp/documents/file`;
  const response = await fetch(url, { method: 'POST', body: form, headers: { cookie } });
  return { status: response.status, body: (await response.json()) as object };
}

const large = Buffer.from(Array.from({ length: 300_000 }, (_, index) => `слово${index}`).join(' '));

test('a document of megabytes is protected, under its name once', async () => {
  expect(large.length).toBeGreaterThan(4 * MB);
  const added = await protect(large, { name: 'Large', comment: 'board' });
  expect(added).toMatchObject({
    ...{
      status: 200,
      body: { document: { name: 'Large', words: 300_000, bytes: large.length }, unread: [] },
    },
  });
  const { body } = await root.call('GET', '/dlp/documents');
  expect(body).toMatchObject({ documents: [{ name: 'Large', comment: 'board' }] });
  expect(await protect(large, { name: 'large' })).toMatchObject({ body: { errors: [{ field: 'name' }] } });
});

test('what is over 16 MB, has no name or no words, and who may not, is refused', async () => {
  expect(await protect(Buffer.alloc(16 * MB + 1), { name: 'x' })).toMatchObject({
    ...{ status: 413, body: { errors: [{ field: 'document' }] } },
  });
  expect(await protect(large, {})).toMatchObject({ status: 400, body: { errors: [{ field: 'name' }] } });
  expect((await protect(Buffer.from('two words'), { name: 'x' })).status).toBe(422);
  const auditor = await running.loggedIn('auditor');
  expect((await protect(large, { name: 'x' }, auditor)).status).toBe(404);
});
