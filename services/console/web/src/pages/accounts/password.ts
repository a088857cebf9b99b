// A password that is made here and shown once.

// Without letters and digits that are read for one another.
const alphabet = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const length = 16;
/** Bytes beyond the last whole alphabet are thrown away, so that each letter is as likely. */
const fair = 256 - (256 % alphabet.length);

export function newPassword(): string {
  let password = '';
  while (password.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      if (byte < fair && password.length < length) password += alphabet.charAt(byte % alphabet.length);
    }
  }
  return password;
}
