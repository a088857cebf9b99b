// The parts of mailauth 7.1.0 that have no types.
declare module 'mailauth/lib/tools.js' {
  /** Relaxed alignment by the public suffix list; false: none of `domains`. */
  export function getAlignment(fromDomain: string, domains: string[]): { domain: string } | false;
}
