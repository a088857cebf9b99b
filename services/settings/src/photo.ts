// A photo as it is given, in base64 -> as it is kept, or a complaint that says what to do.
import { refused } from '@pochtar/bus';
import type { Photo } from '@pochtar/store/directory';
import type { Refusal } from './context.ts';
import { MAX_PIXELS, readJpeg } from './jpeg.ts';

const MAX_BYTES = 64 * 1024;

/** null takes one away. */
export function readPhoto(field: string, jpeg: string | null): { ok: true; photo: Photo | null } | Refusal {
  const photo = jpeg === null ? null : readJpeg(Buffer.from(jpeg, 'base64'));
  if (photo?.ok === false) return photo.why === 'notJpeg' ? notJpeg(field) : tooManyPixels(field);
  if (photo !== null && photo.jpeg.length > MAX_BYTES) return tooLarge(field);
  return { ok: true, photo };
}

function notJpeg(field: string): Refusal {
  return refused(
    'wrongFormat',
    field,
    `${field}: это не снимок JPEG: сохраните его в этом формате`,
    `${field}: this is no JPEG picture: save it as one`,
  );
}

function tooManyPixels(field: string): Refusal {
  return refused(
    'tooLarge',
    field,
    `${field}: сторона снимка больше ${MAX_PIXELS} точек: уменьшите его`,
    `${field}: a side of the picture has more than ${MAX_PIXELS} pixels: make it smaller`,
  );
}

function tooLarge(field: string): Refusal {
  return refused(
    'tooLarge',
    field,
    `${field}: снимок больше 64 КБ: уменьшите его`,
    `${field}: the picture is larger than 64 KiB: make it smaller`,
  );
}
