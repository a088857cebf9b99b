// A short word that something was done; never an error.
import { notifications } from '@mantine/notifications';

export function toast(message: string): void {
  notifications.show({ message, autoClose: 4000, withBorder: true });
}
