import { memo, type KeyboardEvent, type MouseEvent, type ReactElement } from 'react';
import { workspaceColour } from '../../state/colour';
import { isProvisioning, when } from '../../state/workspaces';
import type { Question, Workspace } from '../../wire/wire';
import { Chip, Delta, Stripe } from '../parts/chip';
import { names } from '../parts/classes';
import { Progress } from '../parts/progress';
import { RelativeTime } from '../parts/time';
import { useTrans } from '../services';
import { PullRequestChip, questionLabel, WorkspaceDot } from '../workspace_facts';

interface Props {
  workspace: Workspace;
  question: Question | null;
  isActive: boolean;
  /** Whether Tab stops here: one row of the list. */
  isStop: boolean;
  onOpen(workspace: Workspace): void;
  onMenu(workspace: Workspace, event: MouseEvent | KeyboardEvent): void;
}

/** A workspace in the panel: two lines with all that decides where one looks next. */
export const WorkspaceRow = memo(function WorkspaceRow({
  workspace,
  question,
  isActive,
  isStop,
  onOpen,
  onMenu
}: Props): ReactElement {
  const trans = useTrans();
  const { name, branch_name: branch, diff, pull_request: pull, init } = workspace;
  return (
    <div
      role="option"
      aria-selected={isActive}
      tabIndex={isStop ? 0 : -1}
      data-row={workspace.id}
      className={names('row', isActive && 'mod-active')}
      onClick={() => onOpen(workspace)}
      onContextMenu={event => onMenu(workspace, event)}
      onKeyDown={event => {
        if (event.key === 'Enter' || event.key === ' ') {
          event.preventDefault();
          onOpen(workspace);
        } else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
          onMenu(workspace, event);
        }
      }}
    >
      <Stripe colour={workspaceColour(workspace.id)} />
      <div className={names('row-body')}>
        <div className={names('row-line')}>
          <WorkspaceDot workspace={workspace} />
          <span className={names('row-name')} title={name}>
            {name}
          </span>
          {question ? <Chip tone="warn">{questionLabel(question, trans)}</Chip> : null}
          {workspace.status === 'FAILED' ? <Chip tone="error">{trans.__('Set-up failed')}</Chip> : null}
          <span className={names('row-time')}>
            <RelativeTime at={when(workspace)} />
          </span>
        </div>
        <div className={names('row-line', 'row-detail')}>
          <span className={names('row-branch')} title={branch ?? undefined}>
            {branch ?? trans.__('no branch yet')}
          </span>
          {diff.additions + diff.deletions > 0 ? <Delta {...diff} /> : null}
          {pull && pull.state !== 'NONE' ? <PullRequestChip pull={pull} /> : null}
        </div>
        {isProvisioning(workspace) ? (
          <Progress value={init.progress || null} label={trans.__('Setting up %1', name)} />
        ) : null}
      </div>
    </div>
  );
});
