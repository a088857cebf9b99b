// Why a session is not secured as it must be. RFC 8460 §4.3 names the results that a report tells.
import type { StsFault } from './sts/fetch-policy.ts';

export type SecurityResult =
  | 'success'
  | 'starttls-not-supported'
  | 'certificate-host-mismatch'
  | 'certificate-expired'
  | 'certificate-not-trusted'
  | 'validation-failure'
  | 'tlsa-invalid'
  | 'dnssec-invalid'
  | StsFault;

export interface SecurityFault {
  result: Exclude<SecurityResult, 'success'>;
  /** Goes on with "the certificate of HOST". */
  why: string;
}
