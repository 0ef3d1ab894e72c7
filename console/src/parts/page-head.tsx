// The head of a screen: its title, what stands under it, and as children what can be done.
import type { ReactNode } from 'react';

export function PageHead({ title, under, children }: { title: string; under?: ReactNode; children?: ReactNode }) {
  return (
    <div className="page-head">
      <div>
        <h1>{title}</h1>
        {under}
      </div>
      {children}
    </div>
  );
}
