/** The settings of the system: their catalogue, their validation, and their current values in a process. */
export { type SectionDefinition, type Finding } from './section.ts';
export type { Field, NotYet, SecretField } from './field.ts';
export type * from './forms/description.ts';
export {
  type FieldPlace,
  type Findings,
  joined,
  type SettingsCaution,
  type SettingsError,
  type Text,
  text,
} from './text.ts';
export { baseNames } from './base-names.ts';
export { counted, type Noun } from './plural.ts';
export { absentPrograms, appliedState, NOT_AVAILABLE } from './forms/applied.ts';
export { programsToCome } from './forms/programs.ts';
export { atField, complaint, fieldName, placeName } from './place.ts';
export { isAvailable, unavailable, withoutEffect } from './availability.ts';
export { cautionsOf } from './cautions.ts';
export { NotApplied, type Problem, problemOf } from './problem.ts';
export { serverDomain } from './server-domain.ts';
export * from './catalogue.ts';
export {
  type CautionContext,
  cautionsOfEntry,
  isName,
  type ListEntryValue,
  type ListName,
  listNames,
  type ListProblem,
  networkName,
  readEnd,
  readListEntry,
  readNetworkAddresses,
} from './list-entry.ts';
export { describeCatalogue, describeForms, describeSection } from './describe.ts';
export {
  crossCheck,
  defaultDocument,
  defaultSettings,
  examineSection,
  isAboutAny,
  maxDocumentBytes,
  type Parsed,
  parseSection,
  readStored,
  unknownSection,
  validateAll,
} from './validate.ts';
export { type SettingsTest, settingsTests, testKinds } from './layout/tests.ts';
export { isMoved, movedToLists } from './explain.ts';
export { expectedOf } from './forms/expected.ts';
export { type Listener, type ListenerSettings, listenersOf } from './listeners.ts';
export type { Applied, ChangeHandler, SectionRow } from './live-section.ts';
export {
  type HintListener,
  type LiveOptions,
  type LiveSettings,
  openSettings,
  type SettingsLog,
} from './live.ts';
export {
  type AccessEntryKind,
  accessEntry,
  dkimSelector,
  domainName,
  host as hostOrAddress,
  hostPort,
  ipAddress,
  mailboxAddress,
  mailDomain,
  network as normalNetwork,
} from './formats.ts';
