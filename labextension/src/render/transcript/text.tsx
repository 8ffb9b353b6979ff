import type { ReactElement } from 'react';
import { names } from '../parts/classes';
import { Disclosure } from '../parts/disclosure';
import { Icon } from '../parts/icon';
import { Markdown } from '../parts/markdown';
import { useTrans } from '../services';

/** Claude's words. */
export function Text({ text, isLive }: { text: string; isLive: boolean }): ReactElement {
  return (
    <div className={names('text')}>
      <Markdown source={text} isLive={isLive} />
    </div>
  );
}

/** Claude's thinking: folded, with its first or, while it goes on, its last words. */
export function Thinking({ text, isLive }: { text: string; isLive: boolean }): ReactElement {
  const trans = useTrans();
  const line = isLive ? text.trimEnd().split('\n').pop() : text.trimStart().split('\n')[0];
  return (
    <Disclosure
      className={names('thinking', isLive && 'mod-live')}
      head={
        <>
          {isLive ? <span className={names('spinner')} aria-hidden="true" /> : <Icon name="thinking" />}
          <span className={names('tool-name')}>{isLive ? trans.__('Thinking') : trans.__('Thought')}</span>
          <span className={names('tool-subject')}>{line}</span>
        </>
      }
    >
      {() => <div className={names('thinking-text')}>{text}</div>}
    </Disclosure>
  );
}
