import type { ReactElement } from 'react';
import { names } from './classes';

/** Paths of 16 by 16, stroked in the colour of the text around them. */
const PATHS = {
  add: 'M8 3v10M3 8h10',
  agent: 'M8 1.8v2M4 3.8h8a2 2 0 0 1 2 2v5a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2v-5a2 2 0 0 1 2-2zM5.6 7.4v1.4M10.4 7.4v1.4',
  archive: 'M2 3h12v3H2zM3 6v7h10V6M6.5 9h3',
  attach: 'M12.5 7.5l-4.9 4.9a3 3 0 0 1-4.2-4.2l5.3-5.3a2 2 0 0 1 2.8 2.8l-5.2 5.2a1 1 0 0 1-1.4-1.4l4.6-4.6',
  branch:
    'M5 3.5v9M5 3.5a1.5 1.5 0 1 0-.01-.01M5 12.5a1.5 1.5 0 1 0 .01.01M11 5a1.5 1.5 0 1 0-.01-.01M11 5c0 4-6 2.5-6 6',
  check: 'M3 8.5l3.2 3.2L13 4.8',
  chevron: 'M6 3.8L10.2 8 6 12.2',
  clock: 'M8 2a6 6 0 1 0 .01 0M8 4.8V8l2.2 1.6',
  close: 'M4 4l8 8M12 4l-8 8',
  copy: 'M5.5 5.5h7.5v8H5.5zM10.5 5.5v-3H3v8h2.5',
  edit: 'M3 13l.6-2.8 7.2-7.2 2.2 2.2-7.2 7.2zM9.4 4.4l2.2 2.2',
  error: 'M8 2a6 6 0 1 0 .01 0M8 4.8v4M8 11v.2',
  external: 'M9 3h4v4M13 3L7.5 8.5M11 9.5V13H3V5h3.5',
  file: 'M4 2h5l3 3v9H4zM9 2v3h3',
  filter: 'M2.5 3.5h11L9.2 8.6v4L6.8 11.4V8.6z',
  folder: 'M2 4h4.5l1.5 1.8h6V13H2z',
  gauge: 'M2.5 11.5a5.8 5.8 0 1 1 11 0M8 10.5l2.6-3.6',
  image: 'M2.5 3h11v10h-11zM2.5 11l3.2-3.4 2.6 2.6 1.8-1.7 3.4 3M10.4 6.2v.1',
  info: 'M8 2a6 6 0 1 0 .01 0M8 7.2v4M8 4.8v.2',
  interrupt: 'M4.5 4.5h7v7h-7z',
  list: 'M6 4h7.5M6 8h7.5M6 12h7.5M2.8 4h.4M2.8 8h.4M2.8 12h.4',
  merge:
    'M4.5 4.2v7.6M4.5 4.2a1.5 1.5 0 1 0-.01-.01M4.5 13.2a1.5 1.5 0 1 0-.01-.01M11.5 9.7a1.5 1.5 0 1 0-.01-.01M4.5 5c.4 3 3 4.2 5.6 4',
  minus: 'M3.5 8h9',
  more: 'M3.4 8h.2M7.9 8h.2M12.4 8h.2',
  notebook: 'M4 2h9v12H4zM2.5 5H5M2.5 8H5M2.5 11H5M7.5 5.5h3',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  plan: 'M3 2.5h10v11H3zM5.5 6l.8.8 1.4-1.5M5.5 10.2l.8.8 1.4-1.5M9.5 6.2h1.5M9.5 10.4h1.5',
  play: 'M5 3.2l7.5 4.8L5 12.8z',
  pull: 'M4.5 4.8v7M4.5 4.8a1.4 1.4 0 1 0-.01-.01M4.5 13.2a1.4 1.4 0 1 0-.01-.01M11.5 13.2a1.4 1.4 0 1 0-.01-.01M11.5 11V6.5a2 2 0 0 0-2-2H8M9.6 2.8L7.8 4.5l1.8 1.8',
  question: 'M8 2a6 6 0 1 0 .01 0M6.3 6.4a1.8 1.8 0 1 1 2.6 1.6c-.6.3-.9.7-.9 1.3M8 11.2v.1',
  queue: 'M2.5 4h11M2.5 8h7M2.5 12h4M11.5 8.5v5M9 11h5',
  retry: 'M13 8a5 5 0 1 1-1.5-3.6M13 2.5v3h-3',
  search: 'M7 2.5a4.5 4.5 0 1 0 .01 0M10.3 10.3l3.4 3.4',
  send: 'M8 13V3.2M3.8 7.2L8 3l4.2 4.2',
  shield: 'M8 1.8l5 1.9v4c0 3-2 5.3-5 6.5-3-1.2-5-3.5-5-6.5v-4z',
  sidebar: 'M2.5 3h11v10h-11zM6.5 3v10',
  stop: 'M8 2a6 6 0 1 0 .01 0M6 6h4v4H6z',
  terminal: 'M2 3h12v10H2zM4.5 6l2 2-2 2M8 10.2h3.5',
  thinking: 'M5.6 12.3h4.8M6.4 14h3.2M5.8 10.4C4.4 9.5 3.6 8.2 3.6 6.6a4.4 4.4 0 0 1 8.8 0c0 1.6-.8 2.9-2.2 3.8z',
  tool: 'M9.8 2.6a3.6 3.6 0 0 0-3.6 4.9L2.5 11.2v2.3h2.3l3.7-3.7a3.6 3.6 0 0 0 4.7-4.5l-2.2 2.2-2-.5-.5-2 2.2-2.2z',
  warning: 'M8 2.2L14.4 13H1.6zM8 6.4v3M8 11.2v.1',
  web: 'M8 2a6 6 0 1 0 .01 0M2 8h12M8 2c2 1.8 2.6 3.8 2.6 6S10 12.200 8 14c-2-1.800-2.600-3.800-2.600-6S6 3.800 8 2'
} as const;

export type IconName = keyof typeof PATHS;

/** A small drawing. Decoration unless it has a `label`. */
export function Icon({ name, label, className }: { name: IconName; label?: string; className?: string }): ReactElement {
  const accessible = label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true };
  return (
    <svg className={`${names('icon')} ${className ?? ''}`} viewBox="0 0 16 16" width="16" height="16" {...accessible}>
      {label ? <title>{label}</title> : null}
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
