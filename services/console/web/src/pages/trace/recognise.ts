// What was typed into the search for mail: an address or part of one, the address of a machine, the number of a mail, its
// Message-ID (in its brackets), or words of its subject.
export type Recognised = { kind: 'mail' | 'ip' | 'address' | 'messageId' | 'subject'; text: string };

const mailId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const ipv4 = /^\d{1,3}(\.\d{1,3}){3}$/;
const ipv6 = /^[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,7}$/i;

export function recognise(typed: string): Recognised | null {
  const written = typed.trim();
  const text = written.replace(/^<(.*)>$/, '$1');
  if (text === '') return null;
  if (mailId.test(text)) return { kind: 'mail', text: text.toLowerCase() };
  if (ipv4.test(text) || ipv6.test(text)) return { kind: 'ip', text };
  // Mail programs copy a Message-ID with its brackets, and nobody writes to such a name.
  if (written !== text && /^[^@]{20,}@/.test(text)) return { kind: 'messageId', text };
  return !text.includes('@') && /[^!-~]/.test(text) ? { kind: 'subject', text } : { kind: 'address', text };
}
