// pochtar … photo: set, take away or save the photo of somebody in the address book.
import { readFile, writeFile } from 'node:fs/promises';
import type { AdminQuestion } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { orComplain } from '../files.ts';
import { type Input, UsageError } from '../input.ts';
import { text } from '../language.ts';

interface Photographed<Name> {
  /** `account` */
  words: string;
  /** What names somebody. */
  args: readonly { name: string }[];
  nameOf: (input: Input) => Name & { address: string };
  photo: AdminQuestion<Name, { photo: { jpeg: string; width: number; height: number } | null }>;
  setPhoto: AdminQuestion<Name & { jpeg: string | null }, object>;
}

export function photoCommands<Name extends object>(of: Photographed<Name>): Command[] {
  const { words, args, nameOf } = of;
  const withFile = [...args, { name: 'FILE' }];
  const set: Command = {
    words: `${words} photo set`,
    summary: text('задать фото для адресной книги', 'set the photo for the address book'),
    details: text(
      'JPEG до 64 КБ и до 1024 точек по стороне. То, что камера записала рядом со снимком (место, время), отбрасывается.',
      'A JPEG of at most 64 KiB and 1024 pixels a side. What a camera wrote beside the picture (place, time) is left out.',
    ),
    args: withFile,
    async run(session, input) {
      const file = input.arg(args.length);
      const bytes = await orComplain(file, () => readFile(file));
      const result = await session.ask(of.setPhoto, { ...nameOf(input), jpeg: bytes.toString('base64') });
      return session.show(result, () => '');
    },
  };
  const remove: Command = {
    words: `${words} photo remove`,
    summary: text('убрать фото', 'take the photo away'),
    args,
    async run(session, input) {
      const result = await session.ask(of.setPhoto, { ...nameOf(input), jpeg: null });
      return session.show(result, () => '');
    },
  };
  const save: Command = {
    words: `${words} photo save`,
    summary: text('сохранить фото в файл', 'save the photo to a file'),
    args: withFile,
    async run(session, input) {
      const name = nameOf(input);
      const file = input.arg(args.length);
      const { photo } = await session.ask(of.photo, name);
      if (photo === null) {
        throw new UsageError(text(`у ${name.address} нет фото`, `${name.address} has no photo`));
      }
      await orComplain(file, () => writeFile(file, Buffer.from(photo.jpeg, 'base64')));
      const { width, height } = photo;
      return session.show({ file, width, height }, () => `${file}: ${width}×${height}\n`);
    },
  };
  return [set, remove, save];
}
