// Why a recipient did not get a mail.

/** `diagnostic` is the far side's reply or our own words. */
export interface Failure {
  /** RFC 3463. */
  status: string;
  diagnostic: string;
  /** The host that replied. */
  remoteMta?: string | null;
}
