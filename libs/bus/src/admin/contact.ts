// The contact fields of a person as they travel. What fits into each is told by whoever answers, with the field named.
import { type ContactField, contactFields } from '@pochtar/mail/contact';
import { z } from 'zod';

const texts = Object.fromEntries(contactFields.map((field) => [field, z.string().max(1000).optional()]));

/** The fields that are there. Where something is changed: those that change, '' takes one away. */
export const contact = z.strictObject(texts as Record<ContactField, z.ZodOptional<z.ZodString>>);

/** A photo of at most 64 KiB, in base64. */
export const jpeg = z.base64().max(90_000);
