// A field and what it finds: arrows choose, Enter goes there.
import { type KeyboardEvent, useId, useState } from 'react';
import { useWords } from '../i18n/index.ts';
import { Modal, TextInput } from './controls.ts';
import { useNarrow } from './narrow.ts';

export interface PaletteItem {
  key: string;
  to: string;
  label: string;
  description: string;
}

interface SearchDialogProps {
  title: string;
  placeholder: string;
  /** What to say where nothing was found. */
  nothing: string;
  query: string;
  onQuery: (query: string) => void;
  items: readonly PaletteItem[];
  onChoose: (item: PaletteItem) => void;
  onClose: () => void;
}

export function SearchDialog(props: SearchDialogProps) {
  const { t } = useWords();
  const id = useId();
  const isNarrow = useNarrow();
  const [chosen, setChosen] = useState(0);
  const { items, query, onQuery, onChoose } = props;
  const at = Math.min(chosen, Math.max(items.length - 1, 0));
  const move = (to: number) => {
    setChosen(to);
    document.getElementById(`${id}-${to}`)?.scrollIntoView({ block: 'nearest' });
  };
  function onKeyDown(event: KeyboardEvent): void {
    const item = items[at];
    if (event.code === 'ArrowDown') move(Math.min(at + 1, items.length - 1));
    else if (event.code === 'ArrowUp') move(Math.max(at - 1, 0));
    else if (event.code === 'Enter' && item !== undefined) onChoose(item);
    else return;
    event.preventDefault();
  }
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={props.title}
      size={620}
      fullScreen={isNarrow}
      centered={false}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <TextInput
        role="combobox"
        aria-label={props.placeholder}
        aria-expanded={items.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        {...(items.length > 0 && { 'aria-activedescendant': `${id}-${at}` })}
        placeholder={props.placeholder}
        value={query}
        onChange={(event) => {
          onQuery(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
        autoComplete="off"
        data-autofocus
      />
      <div id={`${id}-list`} role="listbox" aria-label={props.title} className="p-found">
        {items.map((item, index) => (
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- the field has the keys
          <div
            key={item.key}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            onClick={() => onChoose(item)}
          >
            <div>{item.label}</div>
            {item.description !== '' && <div className="p-muted p-small">{item.description}</div>}
          </div>
        ))}
      </div>
      <div aria-live="polite" className="p-muted">
        {items.length === 0 && props.nothing}
      </div>
    </Modal>
  );
}
