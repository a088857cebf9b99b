// What HELO and EHLO may say. RFC 5321 §4.1.1.1, §4.1.4: the name is taken as it comes; it is no reason to refuse mail.

// RFC 5321 §4.5.3.1.2, with room for what some clients write.
const MAX_NAME = 300;

export function isHelloName(name: string): boolean {
  // oxlint-disable-next-line no-control-regex -- controls are what must not be there
  return name !== '' && name.length <= MAX_NAME && !/[\u0000-\u001f\u007f-\u009f]/.test(name);
}
