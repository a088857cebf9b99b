// The extended operations that are known, by their OIDs.

export const extendedOids = {
  /** RFC 4511 §4.14. */
  startTls: '1.3.6.1.4.1.1466.20037',
  /** RFC 4532. */
  whoAmI: '1.3.6.1.4.1.4203.1.11.3',
  /** RFC 3909. */
  cancel: '1.3.6.1.1.8',
} as const;
