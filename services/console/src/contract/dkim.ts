// The keys that the mail of a domain is signed with.
import { adminDkim } from '@pochtar/bus';
import { z } from 'zod';
import { asks } from './route.ts';

const name = z.string().min(1).max(255);
const ofDomain = z.object({ name });
const ofKey = z.object({ name, selector: z.string().min(1).max(63) });
const made = {
  /** That of the settings when left out. */
  selector: z.string().min(1).max(63).optional(),
  /** Signs by itself as soon as the DNS has it. */
  isAutomatic: z.boolean().default(true),
};

const named = <Rest extends object>({ name: domain, ...rest }: { name: string } & Rest) => ({
  domain,
  ...rest,
});

export const dkimRoutes = {
  'GET /domains/:name/dkim': asks(adminDkim.list, {
    summary: 'the keys that the mail of a domain is signed with, and the records to publish',
    params: ofDomain,
    request: ({ params }) => named(params),
    isWhole: true,
  }),
  'POST /domains/:name/dkim': asks(adminDkim.create, {
    summary: 'makes a key; it signs when its record is published',
    params: ofDomain,
    body: z.strictObject({ ...made, algorithm: z.enum(['rsa', 'ed25519']).default('rsa') }),
    request: ({ params, body }) => ({ ...named(params), ...body }),
    status: 201,
  }),
  'POST /domains/:name/dkim/import': asks(adminDkim.import, {
    summary: 'takes over a private key in PEM',
    params: ofDomain,
    body: z.strictObject({ ...made, pem: z.string().min(1).max(20_000) }),
    request: ({ params, body }) => ({ ...named(params), ...body }),
    status: 201,
  }),
  'POST /domains/:name/dkim/:selector/check': asks(adminDkim.check, {
    summary: 'looks for the record of a key in the DNS now',
    params: ofKey,
    body: z.strictObject({}),
    request: ({ params }) => named(params),
  }),
  'POST /domains/:name/dkim/:selector/activate': asks(adminDkim.activate, {
    summary: 'signs with a key from now on; the one of its kind that did is retired',
    params: ofKey,
    /** `isForced`: although the DNS does not show its record. */
    body: z.strictObject({ isForced: z.boolean() }),
    request: ({ params, body }) => ({ ...named(params), ...body }),
  }),
  'POST /domains/:name/dkim/:selector/retire': asks(adminDkim.retire, {
    summary: 'signs with a key no longer',
    params: ofKey,
    body: z.strictObject({}),
    request: ({ params }) => named(params),
  }),
  'DELETE /domains/:name/dkim/:selector': asks(adminDkim.remove, {
    summary: 'removes a key that does not sign',
    params: ofKey,
    /** `isForced`: although mail that it has signed may be under way. */
    query: z.strictObject({ isForced: z.stringbool().default(false) }),
    request: ({ params, query }) => ({ ...named(params), ...query }),
  }),
};
