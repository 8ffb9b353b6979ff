import type { ReactElement } from 'react';
import { names } from './classes';

/** A bar from 0 to 1; null is "under way, no telling how far". */
export function Progress({ value, label }: { value: number | null; label: string }): ReactElement {
  const percent = value === null ? undefined : Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <div
      className={names('progress', value === null && 'mod-open')}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <div className={names('progress-bar')} style={percent === undefined ? undefined : { width: `${percent}%` }} />
    </div>
  );
}

/** Grey lines where text will be. */
export function Skeleton({ lines, label }: { lines: number; label: string }): ReactElement {
  return (
    <div className={names('skeleton')} role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} className={names('skeleton-line')} style={{ width: `${92 - ((line * 29) % 47)}%` }} />
      ))}
    </div>
  );
}
