// The control of a field: by its kind, with the few exceptions that the catalogue names.
import { ChoiceField } from './ChoiceField.tsx';
import { IntegerField } from './IntegerField.tsx';
import { ListField } from './ListField.tsx';
import { RecordsField } from './RecordsField.tsx';
import { ReferenceField } from './ReferenceField.tsx';
import { TextField } from './TextField.tsx';
import type { WidgetProps } from './types.ts';

const noCells: ReadonlySet<string> = new Set();

export function Widget(props: WidgetProps & { badCells?: ReadonlySet<string> }) {
  const { field, badCells = noCells } = props;
  if (field.widget === 'baseDn') return <ListField {...props} />;
  switch (field.input.kind) {
    case 'integer':
      return <IntegerField {...props} />;
    case 'choice':
      return <ChoiceField {...props} />;
    case 'reference':
      return <ReferenceField {...props} />;
    case 'list':
      return field.input.item.kind === 'record' ? (
        <RecordsField {...props} badCells={badCells} />
      ) : (
        <ListField {...props} />
      );
    case 'text':
    case 'boolean':
    case 'record':
    default:
      return <TextField {...props} />;
  }
}
