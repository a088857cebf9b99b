// The mail itself is broken: no repetition helps, so it is redelivered a few times and then held.
export class BrokenMail extends Error {
  override name = 'BrokenMail';
}
