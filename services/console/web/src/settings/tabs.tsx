// The pages of the settings by name, for the router.
import { SettingsPage } from './SettingsPage.tsx';

export function MailTab() {
  return <SettingsPage tab="settings" />;
}

export function SpamTab() {
  return <SettingsPage tab="spam" />;
}

export function AddressBookTab() {
  return <SettingsPage tab="addressBook" />;
}

export function MoreTab() {
  return <SettingsPage tab="more" />;
}
