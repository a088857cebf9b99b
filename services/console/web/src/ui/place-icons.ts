// Pictures of the menu.
import {
  IconActivity,
  IconAddressBook,
  IconAdjustments,
  IconAt,
  IconBan,
  IconCertificate,
  IconChecklist,
  IconClipboardList,
  IconDatabase,
  IconFileSearch,
  IconHistory,
  IconHome,
  IconLock,
  IconMailbox,
  IconMailSearch,
  IconSend,
  IconSettings,
  IconShieldHalf,
  IconTestPipe,
  IconUsers,
  IconWall,
  IconWorld,
} from '@tabler/icons-react';

const icons: Readonly<Record<string, typeof IconHome>> = {
  '/': IconHome,
  '/start': IconChecklist,
  '/trace': IconMailSearch,
  '/queue': IconSend,
  '/quarantine': IconLock,
  '/domains': IconWorld,
  '/accounts': IconMailbox,
  '/names': IconAt,
  '/settings/mail': IconSettings,
  '/lists/white': IconBan,
  '/dlp': IconFileSearch,
  '/try': IconTestPipe,
  '/certificates': IconCertificate,
  '/firewall': IconWall,
  '/tasks': IconClipboardList,
  '/volumes': IconDatabase,
  '/processes': IconActivity,
  '/settings/more': IconAdjustments,
  '/admins': IconUsers,
  '/audit': IconHistory,
  '/me': IconAddressBook,
};

export function placeIcon(to: string): typeof IconHome {
  return icons[to] ?? IconShieldHalf;
}
