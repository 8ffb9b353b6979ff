import type { ReactElement } from 'react';
import { duration } from '../../state/format';
import type { GroupEntry, ToolEntry } from '../../state/rows';
import { summary, took } from '../../state/tools';
import { Chip } from '../parts/chip';
import { names } from '../parts/classes';
import { Disclosure } from '../parts/disclosure';
import { useTrans } from '../services';
import { usePlace } from './place';
import { Thinking } from './text';
import { lookOf, Tool, ToolIcon } from './tool';

/** Several calls that read or run, one after the other, as one line. */
export function Group({ entries }: { entries: GroupEntry[] }): ReactElement {
  const trans = useTrans();
  const { root } = usePlace();
  const tools = entries.filter((entry): entry is GroupEntry & ToolEntry => 'tool' in entry);
  const looks = tools.map(({ tool, question }) => lookOf(tool, question));
  const current = tools[looks.findIndex(look => look === 'running' || look === 'waiting')];
  const failed = looks.filter(look => look === 'failed').length;
  const ms = tools.reduce((sum, { tool, question }) => sum + (took(tool, question !== null) ?? 0), 0);
  const list = tools.map(({ tool }) => summary(tool, root).short).join(', ');
  const shown = current ? [summary(current.tool, root).title, summary(current.tool, root).subject].join(' ') : list;
  return (
    <Disclosure
      className={names('tool', 'group', current && 'mod-running')}
      head={
        <>
          <ToolIcon name="" look={current ? lookOf(current.tool, current.question) : 'done'} trans={trans} />
          <span className={names('tool-name')}>{trans._n('%1 tool', '%1 tools', tools.length)}</span>
          <span className={names('tool-subject')} title={list}>
            {shown}
          </span>
          {failed > 0 ? <Chip tone="error">{trans.__('%1 failed', failed)}</Chip> : null}
          <span className={names('tool-note')}>{ms >= 1000 && !current ? duration(ms) : ''}</span>
        </>
      }
    >
      {() =>
        entries.map(entry =>
          'tool' in entry ? (
            <Tool key={entry.key} tool={entry.tool} question={entry.question} isInGroup />
          ) : (
            <Thinking key={entry.key} text={entry.thinking.text} isLive={false} />
          )
        )
      }
    </Disclosure>
  );
}
