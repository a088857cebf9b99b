// Nothing is here yet: what belongs here, and the one next step.
import type { ReactNode } from 'react';

export function Empty({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className="p-empty">
      <p>{children}</p>
      {action}
    </div>
  );
}
