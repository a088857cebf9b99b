// pochtar account photo: set, take away or save the photo of a mailbox for the address book.
import { readFile, writeFile } from 'node:fs/promises';
import { adminAccount } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { orComplain } from '../files.ts';
import { UsageError } from '../input.ts';
import { text } from '../language.ts';

const setPhoto: Command = {
  words: 'account photo set',
  summary: text('задать фото для адресной книги', 'set the photo for the address book'),
  details: text(
    'JPEG до 64 КБ и до 1024 точек по стороне. То, что камера записала рядом со снимком (место, время), отбрасывается.',
    'A JPEG of at most 64 KiB and 1024 pixels a side. What a camera wrote beside the picture (place, time) is left out.',
  ),
  args: [{ name: 'ADDRESS' }, { name: 'FILE' }],
  async run(session, input) {
    const file = input.arg(1);
    const bytes = await orComplain(file, () => readFile(file));
    const jpeg = bytes.toString('base64');
    const result = await session.ask(adminAccount.setPhoto, { address: input.arg(0), jpeg });
    return session.show(result, () => '');
  },
};

const removePhoto: Command = {
  words: 'account photo remove',
  summary: text('убрать фото', 'take the photo away'),
  args: [{ name: 'ADDRESS' }],
  async run(session, input) {
    const result = await session.ask(adminAccount.setPhoto, { address: input.arg(0), jpeg: null });
    return session.show(result, () => '');
  },
};

const savePhoto: Command = {
  words: 'account photo save',
  summary: text('сохранить фото в файл', 'save the photo to a file'),
  args: [{ name: 'ADDRESS' }, { name: 'FILE' }],
  async run(session, input) {
    const [address, file] = [input.arg(0), input.arg(1)];
    const { photo } = await session.ask(adminAccount.photo, { address });
    if (photo === null) {
      throw new UsageError(text(`у ${address} нет фото`, `${address} has no photo`));
    }
    await orComplain(file, () => writeFile(file, Buffer.from(photo.jpeg, 'base64')));
    const { width, height } = photo;
    return session.show({ file, width, height }, () => `${file}: ${width}×${height}\n`);
  },
};

export const accountPhotoCommands: Command[] = [setPhoto, removePhoto, savePhoto];
