// Names and values, one below the other.
import type { ReactNode } from 'react';

export type Fact = readonly [name: string, value: ReactNode];

export function Facts({ facts }: { facts: readonly (Fact | null)[] }) {
  return (
    <dl className="p-facts">
      {facts
        .filter((fact) => fact !== null)
        .map(([name, value], place) => [
          <dt key={`${name} ${place} name`}>{name}</dt>,
          <dd key={`${name} ${place} value`}>{value}</dd>,
        ])}
    </dl>
  );
}
