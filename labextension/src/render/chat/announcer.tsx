import { useEffect, useRef, useState, type ReactElement } from 'react';
import type { Item, SessionState } from '../../state/transcript';
import { names } from '../parts/classes';
import { useTrans, type Translator } from '../services';

const PAUSE_MS = 2000;
const LONGEST = 300;

/** Says to a screen reader what came, politely, at most every two seconds, and never a half sentence of a stream. */
export function Announcer({ state }: { state: SessionState }): ReactElement {
  const trans = useTrans();
  const [text, setText] = useState('');
  const last = state.turns[state.turns.length - 1];
  const item = last?.items[last.items.length - 1];
  const newest = last?.end ? trans.__('Claude has finished') : item ? words(item, trans) : '';
  const next = useRef(newest);
  const first = useRef(true);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  next.current = newest;
  useEffect(() => {
    // What is there when the page opens is read by the person, not announced.
    if (first.current) {
      first.current = false;
      return;
    }
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      setText(next.current);
    }, PAUSE_MS);
  }, [newest]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <div className={names('hidden')} aria-live="polite">
      {text}
    </div>
  );
}

function words(item: Item, trans: Translator): string {
  switch (item.kind) {
    case 'text':
      return trans.__('Claude: %1', item.text.slice(0, LONGEST));
    case 'tool':
      return item.state === 'running' ? trans.__('Claude uses %1', item.name) : '';
    case 'question':
      return item.state === 'open' ? trans.__('Claude waits for your answer') : '';
    case 'notice':
      return item.text;
    case 'stopped':
      return trans.__('Claude has stopped');
    case 'message':
    case 'thinking':
    case 'mode':
    case 'model':
      return '';
  }
}
