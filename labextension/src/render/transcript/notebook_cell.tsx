import type { ReactElement } from 'react';
import { diffTexts } from '../../state/diff';
import { text } from '../../state/tools';
import { Chip } from '../parts/chip';
import { names } from '../parts/classes';
import { useTrans } from '../services';
import { Diff } from './diff';

/** A cell that an agent writes, drawn as a cell. */
export function NotebookCell({ input }: { input: Record<string, unknown> }): ReactElement {
  const trans = useTrans();
  const mode = text(input, 'edit_mode') || 'replace';
  const label: Record<string, string> = {
    insert: trans.__('new cell'),
    replace: trans.__('cell replaced'),
    delete: trans.__('cell deleted')
  };
  return (
    <div className={names('cell')}>
      <div className={names('cell-prompt')}>{text(input, 'cell_type') === 'markdown' ? 'md' : '[ ]:'}</div>
      <div className={names('cell-source')}>
        <div className={names('cell-head')}>
          <Chip tone={mode === 'delete' ? 'error' : 'ok'}>{label[mode] ?? mode}</Chip>
          <span className={names('faint')}>{text(input, 'cell_id')}</span>
        </div>
        <Diff lines={diffTexts('', text(input, 'new_source'))} label={trans.__('Source of the cell')} />
      </div>
    </div>
  );
}
