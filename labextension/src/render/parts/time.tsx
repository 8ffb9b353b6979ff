import { useEffect, useState, type ReactElement } from 'react';
import { ago, duration } from '../../state/format';
import { useServices } from '../services';

/** One timer for every time on the page; it rests while nobody looks or nothing is shown. */
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function onTick(callback: () => void): () => void {
  listeners.add(callback);
  timer ??= setInterval(() => {
    if (document.visibilityState !== 'hidden') {
      listeners.forEach(listener => listener());
    }
  }, 1000);
  return () => {
    listeners.delete(callback);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** A text that depends on the time; drawn again only when it becomes another one. */
function useClock(text: (now: number) => string, isRunning = true): string {
  const { now } = useServices();
  const [, redraw] = useState('');
  const shown = text(now());
  useEffect(() => (isRunning ? onTick(() => redraw(text(now()))) : undefined), [text, now, isRunning]);
  return shown;
}

/** How long ago something was; the exact time is its tooltip. */
export function RelativeTime({ at }: { at: string }): ReactElement {
  const moment = Date.parse(at);
  const text = useClock(now => ago(moment, now));
  return (
    <time dateTime={at} title={new Date(moment).toLocaleString()}>
      {text}
    </time>
  );
}

/** How long something has been going on. */
export function Elapsed({ since }: { since: string }): ReactElement {
  const begun = Date.parse(since);
  return <span>{useClock(now => wholeSeconds(Math.floor((now - begun) / 1000)))}</span>;
}

/** Seconds that are left until a moment (milliseconds since the epoch). */
export function Countdown({ until }: { until: number }): ReactElement {
  return <span>{useClock(now => wholeSeconds(Math.ceil((until - now) / 1000)))}</span>;
}

/** What ticks has no tenths. */
const wholeSeconds = (seconds: number): string =>
  seconds < 10 ? `${Math.max(0, seconds)} s` : duration(seconds * 1000);
