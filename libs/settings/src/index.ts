/** The settings of the system: their catalogue, their validation, and their current values in a process. */
export type { SectionDefinition, AppliedBy, Tab, Finding } from './section.ts';
export type { Field, FieldInput, SecretField } from './field.ts';
export type { FieldPlace, SettingsError, Text } from './text.ts';
export { text } from './text.ts';
export * from './catalogue.ts';
export * from './describe.ts';
export {
  crossCheck,
  defaultDocument,
  defaultSettings,
  maxDocumentBytes,
  type Parsed,
  parseSection,
  readStored,
  unknownSection,
  validateAll,
} from './validate.ts';
export { expectedOf } from './explain.ts';
export { type Listener, type ListenerSettings, listenersOf } from './listeners.ts';
export {
  type Applied,
  type ChangeHandler,
  type HintListener,
  type LiveOptions,
  type LiveSettings,
  openSettings,
  type SectionRow,
  type SettingsLog,
} from './live.ts';
export {
  type AccessEntryKind,
  accessEntry,
  domainName,
  hostPort,
  ipAddress,
  mailboxAddress,
  mailDomain,
  network as normalNetwork,
} from './formats.ts';
