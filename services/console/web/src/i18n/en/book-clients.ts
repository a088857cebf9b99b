import type { bookClients as russian } from '../ru/book-clients.ts';

export const bookClients: Record<
  Exclude<keyof typeof russian, `${string}_few` | `${string}_many`>,
  string
> = {
  'bookClients.title': 'The address book in programs',
  'bookClients.text':
    'The program completes addresses from the book while they are typed. It logs in by the address of the mailbox and its password; no password is in the files.',
  'bookClients.server': 'LDAP server',
  'bookClients.security.tls': 'port {{port}}, SSL/TLS from the first byte on',
  'bookClients.security.plain': 'port {{port}}, no encryption',
  'bookClients.base': 'Search base (Base DN)',
  'bookClients.login': 'Login (Bind DN)',
  'bookClients.forWhom': 'Files are for a mailbox: enter its address above.',
  'bookClients.thunderbird': 'Thunderbird: user.js',
  'bookClients.thunderbirdHelp':
    'Put the file into the profile folder (Help → More troubleshooting information → Profile folder), or add its lines to your own user.js, and start Thunderbird again.',
  'bookClients.outlook': 'Outlook: a profile, .prf',
  'bookClients.outlookHelp':
    'For the classic Outlook for Windows: close it, and run outlook.exe /importprf with this file. A registry file cannot do this: the services of a profile are one binary value. The new Outlook knows no LDAP.',
  'bookClients.apple': 'iPhone, iPad, Mac: a profile',
  'bookClients.appleHelp':
    'Open the file on the device, and confirm it in the settings. The book comes by CardDAV; by LDAP too, where it is at port 636 with SSL or 389 without: a profile can name no other.',
  'bookClients.android':
    'Android and others that know CardDAV (such as DAVx⁵): the address below, logging in by the address of the mailbox and its password.',
  'bookClients.off': 'The address book is switched off: there is nothing to set up.',
  'bookClients.try': 'What a program would see',
  'bookClients.tryText':
    'The LDAP server itself runs the query of the program, with the eyes of the owner of a mailbox; no password is needed. By the saved settings, not by the draft.',
  'bookClients.as': 'With whose eyes',
  'bookClients.asHelp': 'The address of a mailbox',
  'bookClients.program': 'Program',
  'bookClients.program.thunderbird': 'Thunderbird: completion',
  'bookClients.program.outlook': 'Outlook: checking names',
  'bookClients.program.outlookList': 'Outlook: the list',
  'bookClients.program.apple': 'Contacts of macOS and iOS',
  'bookClients.program.roundcube': 'Roundcube',
  'bookClients.typed': 'What is typed',
  'bookClients.run': 'Search',
  'bookClients.found_one': '{{n}} entry found',
  'bookClients.found_other': '{{n}} entries found',
  'bookClients.time': 'in {{ms}} ms',
  'bookClients.place': 'from number {{position}} of {{total}} on',
  'bookClients.nothing': 'Nothing was found.',
  'bookClients.filter': 'Query',
  'bookClients.attributes': 'Fields',
  'bookClients.who': 'Name',
  'bookClients.address': 'Address',
  'bookClients.kind': 'Kind',
  'bookClients.kind.person': 'person',
  'bookClients.kind.group': 'group',
  'bookClients.absent': 'In the book, and not found',
  'bookClients.why': 'Why',
  'bookClients.why.hidden': 'hidden from the address book',
  'bookClients.why.otherDomain': 'another domain: only the own one is seen (“Whom a user sees”)',
  'bookClients.why.skipGroups': 'a group: they are skipped (“Skip groups”)',
  'bookClients.why.notAskedFor': 'the program does not look at this field, or at beginnings only',
  'bookClients.fault.switchedOff': 'The address book is switched off: no program will find it.',
  'bookClients.fault.notForWebmail': 'The book is not for the web mail (“Offer it to the web mail”).',
  'bookClients.fault.refused': 'The server refused: {{refusal}}',
};
