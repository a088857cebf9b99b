// Certificates of the servers.
import { adminCertificate } from '@pochtar/bus';
import { z } from 'zod';
import { asks } from './route.ts';

const upload = z.strictObject({
  id: z.string().max(64).optional(),
  /** PEM in any order, DER or PKCS#12, in base64. */
  files: z
    .array(z.strictObject({ name: z.string().max(255).default(''), data: z.base64().min(1).max(400_000) }))
    .min(1)
    .max(20),
  password: z.string().max(1000).optional(),
});

export const certificateRoutes = {
  'GET /certificates': asks(adminCertificate.list, {
    summary: 'the certificates of the store, without keys',
    request: () => ({}),
    isWhole: true,
  }),
  'GET /certificates/authority': asks(adminCertificate.ca, {
    summary: 'the certificate of our own authority, for clients to trust',
    request: () => ({}),
  }),
  'POST /certificates/inspect': asks(adminCertificate.inspect, {
    summary: 'what files with a certificate and its key have in them; nothing is stored',
    body: upload,
    request: ({ body }) => body,
  }),
  'POST /certificates': asks(adminCertificate.import, {
    summary: 'stores a certificate with its chain and key',
    body: upload.extend({ name: z.string().min(1).max(200).optional() }),
    request: ({ body }) => body,
    status: 201,
  }),
  'POST /certificates/generate': asks(adminCertificate.generate, {
    summary: 'makes a server certificate that our own authority signs',
    body: z.strictObject({
      name: z.string().min(1).max(200).optional(),
      hosts: z.array(z.string().min(1).max(253)).max(50).default([]),
    }),
    request: ({ body }) => body,
    status: 201,
  }),
  'DELETE /certificates/:id': asks(adminCertificate.delete, {
    summary: 'removes a certificate that no section uses',
    params: z.object({ id: z.string().min(1).max(64) }),
    request: ({ params }) => params,
  }),
};
