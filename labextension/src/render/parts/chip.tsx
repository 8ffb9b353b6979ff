import type { ReactElement, ReactNode } from 'react';
import { names } from './classes';

/** What a colour means; the same everywhere. */
export type Tone = 'neutral' | 'brand' | 'ok' | 'warn' | 'error' | 'merged';

/** A short fact in a rounded box. */
export function Chip({
  tone = 'neutral',
  title,
  children
}: {
  tone?: Tone;
  title?: string;
  children: ReactNode;
}): ReactElement {
  return (
    <span className={names('chip', `mod-${tone}`)} title={title}>
      {children}
    </span>
  );
}

/** A number beside a heading. */
export function Count({ value, tone = 'neutral' }: { value: number; tone?: Tone }): ReactElement {
  return <span className={names('count', `mod-${tone}`)}>{value}</span>;
}

/** Lines added and removed. */
export function Delta({ additions, deletions }: { additions: number; deletions: number }): ReactElement {
  return (
    <span className={names('delta')}>
      {additions > 0 ? <span className={names('delta-add')}>+{additions}</span> : null}
      {deletions > 0 ? <span className={names('delta-del')}>−{deletions}</span> : null}
    </span>
  );
}

export type DotState = 'idle' | 'working' | 'waiting' | 'ok' | 'error' | 'merged';

/** The state of something, as a dot with a name for those who do not see it. It pulses while something works. */
export function StateDot({ state, label }: { state: DotState; label: string }): ReactElement {
  return <span className={names('dot', `mod-${state}`)} role="img" aria-label={label} title={label} />;
}

/** The colour by which a workspace is recognised. */
export function Stripe({ colour }: { colour: string }): ReactElement {
  return <span className={names('stripe')} style={{ background: colour }} aria-hidden="true" />;
}
