// RC2 in CBC mode, to read only. What Windows and OpenSSL 1 wrote seals the certificates of a PKCS#12 file with RC2 of 40
// bits, which OpenSSL 3 knows no more; those certificates are public, so it protects nothing here.

const BLOCK = 8;

// RFC 2268 §2: the substitution of the key expansion, made from the digits of pi.
const PITABLE = Buffer.from(
  [
    'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2',
    '179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82',
    '54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626',
    '6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7',
    '08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ec',
    'c2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731',
    '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a9',
    '0d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad',
  ].join(''),
  'hex',
);
const ROTATIONS = [1, 2, 3, 5];

/** Throws when the padding is wrong, as it is with a wrong key. The key's length is also its effective one. */
export function decryptRc2(key: Buffer, iv: Buffer, sealed: Buffer): Buffer {
  if (sealed.length === 0 || sealed.length % BLOCK !== 0) throw new Error('no whole blocks');
  const words = expandKey(key);
  const plain = Buffer.alloc(sealed.length);
  let before = iv;
  for (let at = 0; at < sealed.length; at += BLOCK) {
    const block = sealed.subarray(at, at + BLOCK);
    const opened = decryptBlock(words, block);
    for (let i = 0; i < BLOCK; i++) plain[at + i] = (opened[i] ?? 0) ^ (before[i] ?? 0);
    before = block;
  }
  const padding = plain.at(-1) ?? 0;
  const isPadded =
    padding >= 1 && padding <= BLOCK && plain.subarray(-padding).every((byte) => byte === padding);
  if (!isPadded) throw new Error('wrong padding');
  return plain.subarray(0, -padding);
}

// RFC 2268 §2: key expansion.
function expandKey(key: Buffer): Uint16Array {
  const bytes = Buffer.alloc(128);
  const length = key.length;
  const at = (index: number): number => bytes[index] ?? 0;
  const substituted = (index: number): number => PITABLE[index & 0xff] ?? 0;
  key.copy(bytes);
  for (let i = length; i < 128; i++) bytes[i] = substituted(at(i - 1) + at(i - length));
  bytes[128 - length] = substituted(at(128 - length));
  for (let i = 127 - length; i >= 0; i--) bytes[i] = substituted(at(i + 1) ^ at(i + length));
  return Uint16Array.from({ length: 64 }, (_, i) => bytes.readUInt16LE(2 * i));
}

// RFC 2268 §4: five rounds of mixing, one of mashing, six of mixing, one of mashing, five of mixing, all backwards.
function decryptBlock(key: Uint16Array, block: Buffer): Buffer {
  const r = [0, 2, 4, 6].map((at) => block.readUInt16LE(at));
  const word = (index: number): number => r[index & 3] ?? 0;
  let j = 63;
  for (const [rounds, isMashed] of [
    [5, true],
    [6, true],
    [5, false],
  ] as const) {
    for (let round = 0; round < rounds; round++) {
      for (let i = 3; i >= 0; i--) {
        const s = ROTATIONS[i] ?? 0;
        const turned = ((word(i) >>> s) | (word(i) << (16 - s))) & 0xffff;
        const mixed = (word(i - 1) & word(i - 2)) + (~word(i - 1) & word(i - 3));
        r[i] = (turned - (key[j--] ?? 0) - mixed) & 0xffff;
      }
    }
    if (!isMashed) continue;
    for (let i = 3; i >= 0; i--) r[i] = (word(i) - (key[word(i - 1) & 63] ?? 0)) & 0xffff;
  }
  const opened = Buffer.alloc(BLOCK);
  for (const [i, value] of r.entries()) opened.writeUInt16LE(value, 2 * i);
  return opened;
}
