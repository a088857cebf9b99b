// What mail programs and address books of other programs are set up with: the servers as the settings have them now, and files.
export { type AppleAccounts, appleProfile, type CardDavServer, isFoundByApple } from './apple.ts';
export { type BookServer, bookServer } from './book-server.ts';
export { type MailServer, mailServers, protocols, securities } from './mail-servers.ts';
export { outlookBook } from './outlook-book.ts';
export { roundcubeBook } from './roundcube-book.ts';
export { thunderbirdBook } from './thunderbird-book.ts';
export { xmlText } from './xml-text.ts';
