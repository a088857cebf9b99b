// What every control of the form gets.
import type { FieldDescription } from '@pochtar/settings/forms';

export interface WidgetProps {
  /** Of the control, for its label. */
  id: string;
  path: string;
  field: FieldDescription;
  value: unknown;
  set: (value: unknown) => void;
  /** Ids of help and error. */
  describedBy: string | undefined;
  isInvalid: boolean;
}
