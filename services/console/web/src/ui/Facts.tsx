// Names and values, one below the other.
import type { ReactNode } from 'react';

export type Fact = readonly [name: string, value: ReactNode];

export function Facts({ facts }: { facts: readonly (Fact | null)[] }) {
  return (
    <dl className="p-facts">
      {facts
        .filter((fact) => fact !== null)
        .map(([name, value]) => [
          <dt key={`${name} name`}>{name}</dt>,
          <dd key={`${name} value`}>{value}</dd>,
        ])}
    </dl>
  );
}
