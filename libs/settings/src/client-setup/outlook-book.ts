// Outlook's address book over LDAP, for Outlook for Windows of the classic kind (2010 and later): a profile file (.prf), which
// adds the service to the profile that is there. A file for the registry cannot: the services of a profile stand in one binary
// value, which such a file could only replace. Outlook's new kind for Windows knows no LDAP.
import type { BookServer } from './book-server.ts';

/** Seconds, and entries of one answer. */
const SEARCH_TIMEOUT = 60;
const MAX_ENTRIES = 100;

/** ASCII, with the line ends of Windows. */
export function outlookBook({ host, port, security, bases }: BookServer, login: string): string {
  const services = bases.map((base, index) => [
    `[Service${index + 1}]`,
    'UniqueService=No',
    `DisplayName=${value(bases.length === 1 ? host : `${host} (${base})`)}`,
    `ServerName=${value(host)}`,
    `ConnectionPort=${port}`,
    `UserName=${value(login)}`,
    `UseSSL=${security === 'tls'}`,
    'UseSPA=false',
    'EnableBrowsing=true',
    `SearchBase=${value(base)}`,
    'DefaultSearch=0',
    `SearchTimeout=${SEARCH_TIMEOUT}`,
    `MaxEntriesReturned=${MAX_ENTRIES}`,
    '',
  ]);
  return [
    '[General]',
    'Custom=1',
    'ProfileName=Outlook',
    'DefaultProfile=Yes',
    'OverwriteProfile=Append',
    'ModifyDefaultProfileIfPresent=true',
    '',
    '[Service List]',
    ...bases.map((_, index) => `Service${index + 1}=LDAP Directory`),
    '',
    ...services.flat(),
    // What the names above are as properties of the service.
    '[LDAP Directory]',
    'ServiceName=EMABLT',
    'ServerName=PT_STRING8,0x6600',
    'ConnectionPort=PT_STRING8,0x6601',
    'UserName=PT_STRING8,0x6602',
    'SearchBase=PT_STRING8,0x6603',
    'SearchTimeout=PT_STRING8,0x6607',
    'MaxEntriesReturned=PT_STRING8,0x6608',
    'UseSSL=PT_BOOLEAN,0x6613',
    'UseSPA=PT_BOOLEAN,0x6615',
    'EnableBrowsing=PT_BOOLEAN,0x6622',
    'DefaultSearch=PT_LONG,0x6623',
    'DisplayName=PT_STRING8,0x3001',
    '',
  ].join('\r\n');
}

// RFC 4514 §2.4: what is not ASCII is written as its octets in names of entries; nothing else of a service may have it.
function value(text: string): string {
  const octets = (character: string) =>
    [...Buffer.from(character)].map((octet) => `\\${octet.toString(16).padStart(2, '0')}`).join('');
  return text.replace(/[^ -~]/gu, octets);
}
