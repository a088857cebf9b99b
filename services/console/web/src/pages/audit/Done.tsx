// One line of the audit log in words: what was done, with its object, which is anybody's text, in its place.
import { useWords } from '../../i18n/index.ts';
import { Foreign } from '../../ui/Foreign.tsx';
import { actionKey } from './actions.ts';

/** Stands for the object while the sentence is made; no text of ours has it. */
const PLACE = '\u0001';

export function Done({ action, object }: { action: string; object: string }) {
  const { t } = useWords();
  const key = actionKey(action);
  if (key === null) {
    return (
      <>
        <code className="p-mono">{action}</code> <Foreign text={object} />
      </>
    );
  }
  const [before = '', after = ''] = t(key, { object: PLACE }).split(PLACE);
  return (
    <>
      {before}
      <Foreign text={object} />
      {after}
    </>
  );
}
