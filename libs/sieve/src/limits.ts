/** What a script may be and take. RFC 5228 §2.10.5 and the extensions name the least that must be allowed. */
export interface SieveLimits {
  /** Octets of a script. */
  scriptBytes: number;
  /** Commands, tests and arguments of a script. */
  nodes: number;
  /** Blocks in blocks, tests in tests. RFC 5228 §2.10.5: at least 15. */
  depth: number;
  /** Scripts that include scripts. RFC 6609 §3.2: three at least. */
  includeDepth: number;
  /** Scripts that one script may take in, itself among them. */
  includes: number;
  /** Commands and tests that a run may come to, and one for each kibibyte that is looked at. */
  steps: number;
  /** What is done with one mail. */
  actions: number;
  /** RFC 5228 §4.2: servers should limit it. */
  redirects: number;
  /** RFC 5229 §6: 128 at least. */
  variables: number;
  /** Characters of one value. RFC 5229 §6: 4,000 at least. */
  variableLength: number;
  /** Fields that a run may add, and characters of each. */
  addedFields: number;
  addedFieldLength: number;
}

export const DEFAULT_LIMITS: Readonly<SieveLimits> = {
  scriptBytes: 256 * 1024,
  nodes: 20_000,
  depth: 32,
  includeDepth: 10,
  includes: 50,
  steps: 100_000,
  actions: 32,
  redirects: 4,
  variables: 256,
  variableLength: 16_384,
  addedFields: 32,
  addedFieldLength: 2048,
};
