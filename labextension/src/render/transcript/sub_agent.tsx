import type { ReactElement } from 'react';
import { rowsOfItems } from '../../state/rows';
import { text } from '../../state/tools';
import type { ToolItem } from '../../state/transcript';
import { Chip } from '../parts/chip';
import { names } from '../parts/classes';
import { Disclosure } from '../parts/disclosure';
import { Markdown } from '../parts/markdown';
import { useTrans } from '../services';
import { RowView } from './row';

/** Rows of a sub-agent that are drawn at first; it may have hundreds. */
const LAST = 30;

/** The work of a sub-agent: what it was told, what it did, what it answered. */
export function SubAgent({ tool }: { tool: ToolItem }): ReactElement {
  const trans = useTrans();
  const rows = rowsOfItems(tool.children, tool.tool_use_id);
  const hidden = Math.max(0, rows.length - LAST);
  const kind = text(tool.input, 'subagent_type');
  return (
    <div className={names('sub-agent')}>
      <Disclosure
        className={names('sub-agent-task')}
        head={
          <>
            <span>{trans.__('Its task')}</span>
            {kind ? <Chip>{kind}</Chip> : null}
          </>
        }
        hasBody={text(tool.input, 'prompt') !== ''}
      >
        {() => <div className={names('tool-prompt')}>{text(tool.input, 'prompt')}</div>}
      </Disclosure>
      {hidden > 0 ? (
        <p className={names('tool-quiet')}>{trans._n('%1 earlier step', '%1 earlier steps', hidden)}</p>
      ) : null}
      <div className={names('sub-agent-rows')}>
        {rows.slice(hidden).map(row => (
          <RowView key={row.key} row={row} />
        ))}
      </div>
      {tool.result?.content ? (
        <div className={names('sub-agent-answer')}>
          <Markdown source={tool.result.content} />
        </div>
      ) : null}
    </div>
  );
}
