import { useState, type ReactElement } from 'react';
import { parseAnsi } from '../../state/ansi';
import { useTrans } from '../services';
import { Button } from './button';
import { names } from './classes';
import { CopyButton } from './copy';

interface Props {
  text: string;
  /** What it is, for those who do not see it. */
  label: string;
  /** Lines that are shown at first: the first ones, or with `isTail` the last ones. */
  lines?: number;
  isTail?: boolean;
  tone?: 'plain' | 'error' | 'command';
}

/** Plain text in a fixed-width font; terminal colours become ours, other control codes are left out. */
export function Code({ text, label, lines = 16, isTail = false, tone = 'plain' }: Props): ReactElement {
  const trans = useTrans();
  const [isWhole, setWhole] = useState(false);
  const all = text.replace(/\n+$/, '').split('\n');
  const hidden = all.length > lines + 2 && !isWhole ? all.length - lines : 0;
  const shown = hidden ? (isTail ? all.slice(-lines) : all.slice(0, lines)) : all;
  const more = hidden ? (
    <Button look="quiet" size="small" onClick={() => setWhole(true)}>
      {trans._n('Show %1 more line', 'Show %1 more lines', hidden)}
    </Button>
  ) : null;
  return (
    <div className={names('code', `mod-${tone}`)}>
      {isTail ? more : null}
      <pre tabIndex={0} aria-label={label}>
        <Ansi text={shown.join('\n')} />
      </pre>
      {isTail ? null : more}
      <div className={names('code-copy')}>
        <CopyButton text={text} />
      </div>
    </div>
  );
}

/** Text with terminal colours. */
export function Ansi({ text }: { text: string }): ReactElement {
  return (
    <>
      {parseAnsi(text).map((span, index) =>
        span.classes.length === 0 ? (
          span.text
        ) : (
          <span key={index} className={span.classes.map(name => names(`ansi-${name}`)).join(' ')}>
            {span.text}
          </span>
        )
      )}
    </>
  );
}
