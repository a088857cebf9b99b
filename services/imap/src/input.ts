// What comes from the client; shared by the servers of line protocols.
export { Disconnected, type Line, SocketInput as Input, TimedOut } from '@pochtar/runtime';
