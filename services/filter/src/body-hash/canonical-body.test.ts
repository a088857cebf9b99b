// The two canonical forms of a body: by the examples of the RFCs, and by the library whose reader is not used.
import fc from 'fast-check';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { describe, expect, test } from 'vitest';
import { SignatureVerifier } from '../authentication/signature-verifier.ts';
import { type BodyForm, CanonicalBody } from './canonical-body.ts';
import { BodyDigest } from './body-digest.ts';

function canonical(form: BodyForm, ...pieces: (string | Uint8Array)[]): string {
  let text = '';
  const body = new CanonicalBody(form, (octets) => (text += Buffer.from(octets).toString('latin1')));
  for (const piece of pieces) body.write(Buffer.from(piece as string));
  body.end();
  return text;
}

describe('RFC 6376 §3.4.4: the relaxed body', () => {
  test.each([
    ['', ''],
    ['\r\n\r\n', ''],
    [' \r\n\t\r\n', ''],
    ['x', 'x\r\n'],
    // RFC 6376 §3.4.5
    [' C \r\nD \t E\r\n\r\n\r\n', ' C\r\nD E\r\n'],
    ['a\r\n\r\n b', 'a\r\n\r\n b\r\n'],
    ['a \t', 'a\r\n'],
    ['a\rb\r', 'a\rb\r\r\n'],
    ['a\nb \r\r\n', 'a\r\nb \r\r\n'],
  ])('of %j is %j', (written, relaxed) => {
    expect(canonical('relaxed', written)).toBe(relaxed);
  });

  test('RFC 8463 appendix A: the body of its example', () => {
    const digest = new BodyDigest('sha256');
    const body = new CanonicalBody('relaxed', (octets) => digest.update(octets));
    body.write(Buffer.from('Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n'));
    body.end();
    expect(digest.digest('base64')).toBe('2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=');
  });
});

test.each([
  ['', '\r\n'],
  ['\r\n\r\n', '\r\n'],
  ['x', 'x\r\n'],
  // RFC 6376 §3.4.5
  [' C \r\nD \t E\r\n\r\n\r\n', ' C \r\nD \t E\r\n'],
  ['a\nb\r', 'a\r\nb\r\r\n'],
])('RFC 6376 §3.4.3: the simple body of %j is %j', (written, simple) => {
  expect(canonical('simple', written)).toBe(simple);
});

const octets = fc.constantFrom('\r\n', '\n', '\r', ' ', '\t', '  ', 'a', '\u00a0', '--b');
const bodies = fc.array(octets, { maxLength: 60 }).map((all) => Buffer.from(all.join(''), 'latin1'));

/** The body in pieces that end at these places. */
function cut(body: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => Math.min(place, body.length)), body.length];
  const sorted = [0, ...ends.toSorted((a, b) => a - b)];
  return sorted.slice(1).map((end, index) => body.subarray(sorted[index], end));
}

describe.each(['simple', 'relaxed'] as const)('property: the %s body', (form) => {
  test('is the same however it comes in pieces, also where a step of the work ends in it', () => {
    const places = fc.array(fc.nat(60), { maxLength: 6 });
    const padding = fc.constantFrom(...[0, 65_530, 131_070].map((length) => Buffer.alloc(length, '\r\n')));
    fc.assert(
      fc.property(bodies, places, padding, (body, cuts, before) => {
        const whole = canonical(form, ...cut(Buffer.concat([before, body]), []));
        expect(canonical(form, before, ...cut(body, cuts))).toBe(whole);
      }),
      { numRuns: 300 },
    );
  });

  test('and what is found of its signatures is what the library finds that reads it itself', async () => {
    const limit = fc.option(fc.nat(40));
    await fc.assert(
      fc.asyncProperty(
        bodies,
        limit,
        fc.constantFrom('rsa-sha256', 'rsa-sha1'),
        async (body, l, algorithm) => {
          const tags = `v=1; a=${algorithm}; c=relaxed/${form}; d=a.test; s=s; h=from; bh=AAAA; b=AAAA`;
          const field = `DKIM-Signature: ${tags}${l === null ? '' : `; l=${l}`}\r\n`;
          const header = Buffer.from(`${field}${field.replace('l=', 'x=9; l=1')}From: a@a.test\r\n\r\n`);
          const resolver = () => Promise.reject(new Error('nobody is asked'));
          const own = new SignatureVerifier({ resolver, strict: true });
          await own.verify(header, piecesOf(body));
          const theirs = await dkimVerify(Buffer.concat([header, body]), { resolver, strict: true });
          expect(own.results.map(compared)).toEqual(theirs.results.map(compared));
          expect(own.results[0]?.bodyHash).toMatch(/=$/);
        },
      ),
      { numRuns: 500 },
    );
  });
});

async function* piecesOf(body: Buffer): AsyncGenerator<Buffer> {
  yield body;
}

/** Without what is told nobody here: octets before line ends were mended, and where parts begin. */
function compared(result: object): object {
  return { ...result, sourceBodyLength: null, mimeStructureStart: null };
}
