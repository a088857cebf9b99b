// admin.account.photo and setPhoto: the picture of a person in the address book.
import { adminAccount, answerAdmin, done, refused } from '@pochtar/bus';
import { findAccount, findPhoto, setPhoto } from '@pochtar/store/directory';
import { notFound, readAddress } from '../addresses.ts';
import type { Context, Refusal } from '../context.ts';
import { MAX_PIXELS, readJpeg } from '../jpeg.ts';

const MAX_BYTES = 64 * 1024;

export function answerPhotos(context: Context): { stop(): Promise<void> }[] {
  const { db } = context;
  return [
    answerAdmin(context, adminAccount.photo, async ({ address }, { scope }) => {
      const read = readAddress('address', address);
      if (!read.ok) return read;
      const photo = await findPhoto(db, scope, read.key);
      if (photo !== null) return done({ photo: { ...photo, jpeg: photo.jpeg.toString('base64') } });
      const isThere = (await findAccount(db, scope, read.key)) !== null;
      return isThere ? done({ photo: null }) : notFound('address', read.key);
    }),
    answerAdmin(context, adminAccount.setPhoto, async ({ address, jpeg }, { scope }) => {
      const read = readAddress('address', address);
      if (!read.ok) return read;
      const photo = jpeg === null ? null : readJpeg(Buffer.from(jpeg, 'base64'));
      if (photo?.ok === false) return photo.why === 'notJpeg' ? notJpeg() : tooManyPixels();
      if (photo !== null && photo.jpeg.length > MAX_BYTES) return tooLarge();
      if (!(await setPhoto(db, scope, read.key, photo))) return notFound('address', read.key);
      context.announce.directory([read.key]);
      return done({});
    }),
  ];
}

function notJpeg(): Refusal {
  return refused(
    'wrongFormat',
    'jpeg',
    'jpeg: это не снимок JPEG: сохраните его в этом формате',
    'jpeg: this is no JPEG picture: save it as one',
  );
}

function tooManyPixels(): Refusal {
  return refused(
    'tooLarge',
    'jpeg',
    `jpeg: сторона снимка больше ${MAX_PIXELS} точек: уменьшите его`,
    `jpeg: a side of the picture has more than ${MAX_PIXELS} pixels: make it smaller`,
  );
}

function tooLarge(): Refusal {
  return refused(
    'tooLarge',
    'jpeg',
    'jpeg: снимок больше 64 КБ: уменьшите его',
    'jpeg: the picture is larger than 64 KiB: make it smaller',
  );
}
