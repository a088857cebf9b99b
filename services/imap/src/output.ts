// What goes to the client; shared by the servers of line protocols.
export { SocketOutput as Output } from '@pochtar/runtime';
