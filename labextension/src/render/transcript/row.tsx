import { memo, type ReactElement } from 'react';
import { sameRow, type Row } from '../../state/rows';
import { names } from '../parts/classes';
import { useTrans } from '../services';
import { Group } from './group';
import { Message } from './message';
import { Note } from './note';
import { AnswerRecord } from './record';
import { Text, Thinking } from './text';
import { Tool } from './tool';
import { End } from './turn_end';

/** One row of the transcript; drawn again only when it became another one. */
export const RowView = memo(
  function RowView({ row }: { row: Row }): ReactElement | null {
    switch (row.kind) {
      case 'message':
        return <Message item={row.item} />;
      case 'text':
        return <Text text={row.item.text} isLive={row.isLive} />;
      case 'thinking':
        return <Thinking text={row.item.text} isLive={row.isLive} />;
      case 'tool':
        return <Tool tool={row.tool} question={row.question} />;
      case 'group':
        return <Group entries={row.entries} />;
      case 'writing':
        return <Writing />;
      case 'question':
        return row.item.state === 'open' ? null : <AnswerRecord question={row.item} />;
      case 'note':
        return <Note item={row.item} />;
      case 'end':
        return <End end={row.end} />;
    }
  },
  (before, after) => sameRow(before.row, after.row)
);

/** A tool call that Claude is still writing. */
function Writing(): ReactElement {
  const trans = useTrans();
  return (
    <div className={names('tool', 'writing')}>
      <span className={names('spinner')} aria-hidden="true" />
      <span className={names('tool-subject')}>{trans.__('Preparing a tool call…')}</span>
    </div>
  );
}
