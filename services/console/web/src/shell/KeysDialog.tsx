// The table of keys, and the switch that turns the letters off.
import { useState } from 'react';
import { type Key, useWords } from '../i18n/index.ts';
import { Kbd, Modal } from '../ui/controls.ts';
import { Switch } from '../ui/inputs.tsx';
import { areLettersOn, setLetters } from '../ui/letters.ts';

const keys: readonly (readonly [string, Key])[] = [
  ['Ctrl K', 'keys.search'],
  ['Ctrl S', 'keys.save'],
  ['G → Q T S D', 'keys.go'],
  ['/', 'keys.filter'],
  ['J K ↓ ↑', 'keys.move'],
  ['Enter', 'keys.open'],
  ['X', 'keys.select'],
  ['Esc', 'keys.escape'],
  ['?', 'keys.help'],
];

export function KeysDialog({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const [areOn, setAreOn] = useState(areLettersOn);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('keys.title')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <table className="p-table">
        <tbody>
          {keys.map(([key, words]) => (
            <tr key={key}>
              <th scope="row">
                <Kbd>{key}</Kbd>
              </th>
              <td>{t(words)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Switch
        className="p-gap"
        label={t('keys.letters')}
        checked={areOn}
        onChange={({ currentTarget: { checked } }) => {
          setLetters(checked);
          setAreOn(checked);
        }}
      />
    </Modal>
  );
}
