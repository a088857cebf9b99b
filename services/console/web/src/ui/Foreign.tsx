// Text that a stranger wrote: subjects, addresses, replies. It cannot pose as something else.
import { Fragment, type ReactNode } from 'react';
import { visibleParts } from './visible-text.ts';

interface ForeignProps {
  text: string;
  maxLength?: number;
  mono?: boolean;
}

export function Foreign({ text, maxLength, mono = false }: ForeignProps) {
  return (
    <bdi className={mono ? 'p-mono' : undefined}>
      {visibleParts(text, maxLength).map((part, index) =>
        part.isControl ? (
          // oxlint-disable-next-line react/no-array-index-key
          <span key={index} className="p-control">
            {part.text}
          </span>
        ) : (
          withBreaks(part.text, index)
        ),
      )}
    </bdi>
  );
}

/** An address that does not fit is broken behind its @ rather than within a word. */
function withBreaks(text: string, key: number): ReactNode {
  const pieces = text.split(/(?<=@)/);
  if (pieces.length === 1) return text;
  return (
    <Fragment key={key}>
      {pieces.map((piece, place) => (
        // oxlint-disable-next-line react/no-array-index-key
        <Fragment key={place}>
          {place > 0 && <wbr />}
          {piece}
        </Fragment>
      ))}
    </Fragment>
  );
}
