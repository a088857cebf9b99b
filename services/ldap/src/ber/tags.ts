// Identifier octets: class, form and number in one (X.690 §8.1.2).
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  octetString: 0x04,
  enumerated: 0x0a,
  sequence: 0x30,
  set: 0x31,
} as const;

/** [number], of a primitive type. */
export function context(number: number): number {
  return 0x80 | number;
}

/** [number], of a type with parts. */
export function contextParts(number: number): number {
  return 0xa0 | number;
}
