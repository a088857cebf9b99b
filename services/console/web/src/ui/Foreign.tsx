// Text that a stranger wrote: subjects, addresses, replies. It cannot pose as something else.
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
          part.text
        ),
      )}
    </bdi>
  );
}
