// admin.account.photo and setPhoto: the picture of a person in the address book.
import { adminAccount, answerAdmin, done } from '@pochtar/bus';
import { findAccount, findPhoto, setPhoto } from '@pochtar/store/directory';
import { notFound, readAddress } from '../addresses.ts';
import type { Context } from '../context.ts';
import { readPhoto } from '../photo.ts';

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
      const photo = readPhoto('jpeg', jpeg);
      if (!photo.ok) return photo;
      if (!(await setPhoto(db, scope, read.key, photo.photo))) return notFound('address', read.key);
      context.announce.directory([read.key]);
      return done({});
    }),
  ];
}
