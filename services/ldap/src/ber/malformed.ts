/** What came is no LDAP, and where the next message begins cannot be known. RFC 4511 §4.1.1: the session ends. */
export class MalformedBer extends Error {
  override name = 'MalformedBer';
}
