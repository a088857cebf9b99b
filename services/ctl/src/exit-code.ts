// How the command line ends; scripts rely on these numbers.
export const exitCode = {
  done: 0,
  /** The system refused: the complaint names field and remedy. */
  refused: 1,
  /** The command was not understood. */
  usage: 2,
  /** The bus or the process that would answer cannot be reached. */
  unavailable: 3,
  /** Saved, but not applied by every process. */
  notApplied: 4,
  /** Not saved: somebody else has changed the section since the expected revision. */
  conflict: 5,
  /** A test of settings found what is wrong. */
  isBad: 6,
  /** A test of settings could not tell. */
  isUnknown: 7,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
