// What was typed into the search for mail: an address or part of one, the address of a machine, or the number of a mail.
export type Recognised = { kind: 'mail' | 'ip' | 'address'; text: string };

const mailId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const ipv4 = /^\d{1,3}(\.\d{1,3}){3}$/;
const ipv6 = /^[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,7}$/i;

export function recognise(typed: string): Recognised | null {
  const text = typed.trim().replace(/^<(.*)>$/, '$1');
  if (text === '') return null;
  if (mailId.test(text)) return { kind: 'mail', text: text.toLowerCase() };
  if (ipv4.test(text) || ipv6.test(text)) return { kind: 'ip', text };
  return { kind: 'address', text };
}
