import { useState, type ReactElement } from 'react';
import type { DiffLine } from '../../state/diff';
import { Button } from '../parts/button';
import { names } from '../parts/classes';
import { useTrans } from '../services';

const SIGN = { same: ' ', add: '+', del: '−', gap: '' } as const;

/** A difference, one column, with the changed words marked. */
export function Diff({ lines, label, limit = 40 }: { lines: DiffLine[]; label: string; limit?: number }): ReactElement {
  const trans = useTrans();
  const [isWhole, setWhole] = useState(false);
  const hidden = !isWhole && lines.length > limit + 5 ? lines.length - limit : 0;
  const hasNumbers = lines.some(line => line.before !== null || line.after !== null);
  return (
    <div className={names('diff')}>
      <div className={names('diff-scroll')} role="region" aria-label={label} tabIndex={0}>
        <table className={names('diff-table')}>
          <tbody>
            {(hidden ? lines.slice(0, limit) : lines).map((line, index) => (
              <Line key={index} line={line} hasNumbers={hasNumbers} />
            ))}
          </tbody>
        </table>
      </div>
      {hidden > 0 ? (
        <Button look="quiet" size="small" onClick={() => setWhole(true)}>
          {trans._n('Show %1 more line', 'Show %1 more lines', hidden)}
        </Button>
      ) : null}
    </div>
  );
}

function Line({ line, hasNumbers }: { line: DiffLine; hasNumbers: boolean }): ReactElement {
  if (line.kind === 'gap') {
    return (
      <tr className={names('diff-line', 'mod-gap')}>
        <td colSpan={hasNumbers ? 3 : 2}>⋯</td>
      </tr>
    );
  }
  return (
    <tr className={names('diff-line', `mod-${line.kind}`)}>
      {hasNumbers ? <td className={names('diff-number')}>{line.after ?? line.before}</td> : null}
      <td className={names('diff-sign')}>{SIGN[line.kind]}</td>
      <td className={names('diff-text')}>
        {line.words.map((word, index) => (word.isChanged ? <mark key={index}>{word.text}</mark> : word.text))}
        {line.words.length === 0 || line.words[0]?.text === '' ? '\u00a0' : null}
      </td>
    </tr>
  );
}
