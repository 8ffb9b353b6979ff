import { memo, useState, type ReactElement } from 'react';
import { workspaceColour } from '../../state/colour';
import { summary, text } from '../../state/tools';
import { isProvisioning, when } from '../../state/workspaces';
import type { Question, Workspace } from '../../wire/wire';
import { Button } from '../parts/button';
import { Chip, Delta, Stripe } from '../parts/chip';
import { names } from '../parts/classes';
import { Progress } from '../parts/progress';
import { RelativeTime } from '../parts/time';
import { useTrans } from '../services';
import type { WorkspaceActions } from '../workspace_actions';
import { PullRequestChip, questionLabel, WorkspaceDot } from '../workspace_facts';

interface Props {
  workspace: Workspace;
  question: Question | null;
  /** Shown when several projects are. */
  project: string | null;
  actions: WorkspaceActions;
}

/** A workspace on the board. */
export const BoardCard = memo(function BoardCard({ workspace, question, project, actions }: Props): ReactElement {
  const trans = useTrans();
  const { name, diff, pull_request: pull, init } = workspace;
  return (
    <li className={names('board-card')} onContextMenu={event => actions.contextMenu?.(workspace, event)}>
      <Stripe colour={workspaceColour(workspace.id)} />
      <div className={names('board-card-head')}>
        <WorkspaceDot workspace={workspace} />
        {actions.open ? (
          <button type="button" className={names('board-card-name')} onClick={() => actions.open?.(workspace)}>
            {name}
          </button>
        ) : (
          <span className={names('board-card-name')}>{name}</span>
        )}
        <span className={names('row-time')}>
          <RelativeTime at={when(workspace)} />
        </span>
      </div>
      {isProvisioning(workspace) ? (
        <Progress value={init.progress || null} label={trans.__('Setting up %1', name)} />
      ) : null}
      <div className={names('board-card-facts')}>
        {workspace.status === 'FAILED' ? <Chip tone="error">{trans.__('Set-up failed')}</Chip> : null}
        {pull && pull.state !== 'NONE' ? <PullRequestChip pull={pull} /> : null}
        {diff.additions + diff.deletions > 0 ? <Delta {...diff} /> : null}
        {project ? <span className={names('board-card-project')}>{project}</span> : null}
      </div>
      {question ? (
        <Asked question={question} workspace={workspace} actions={actions} />
      ) : (
        <Next workspace={workspace} actions={actions} />
      )}
    </li>
  );
});

function Asked({
  question,
  workspace,
  actions
}: {
  question: Question;
  workspace: Workspace;
  actions: WorkspaceActions;
}): ReactElement {
  const trans = useTrans();
  const [state, setState] = useState<{ isSent: boolean; error: string | null }>({ isSent: false, error: null });
  const isCommand = question.tool_name === 'Bash';
  const { subject: about } = summary({ name: question.tool_name, input: question.input }, workspace.worktree_path);
  const subject = isCommand ? text(question.input, 'command') : about;
  const { answer } = actions;
  // Only what is fully visible here may be allowed from here.
  const canAllow = answer !== undefined && question.kind === 'permission' && isCommand && subject.length <= 120;
  const allow = (): void => {
    setState({ isSent: true, error: null });
    answer?.(question, { behavior: 'allow', scope: 'once' }).catch((error: unknown) =>
      setState({ isSent: false, error: error instanceof Error ? error.message : String(error) })
    );
  };
  return (
    <div className={names('board-card-asked')}>
      <Chip tone="warn">{questionLabel(question, trans)}</Chip>
      {question.kind === 'permission' && subject ? <code className={names('board-card-input')}>{subject}</code> : null}
      {state.error ? <p role="alert">{state.error}</p> : null}
      <div className={names('board-card-actions')}>
        {canAllow ? (
          <Button size="small" look="primary" isBusy={state.isSent} onClick={allow}>
            {trans.__('Allow once')}
          </Button>
        ) : null}
        {actions.open ? (
          <Button size="small" onClick={() => actions.open?.(workspace)}>
            {canAllow ? trans.__('Look') : trans.__('Answer')}
          </Button>
        ) : null}
      </div>
    </div>
  );
}

function Next({ workspace, actions }: { workspace: Workspace; actions: WorkspaceActions }): ReactElement | null {
  const trans = useTrans();
  const { retry, archive } = actions;
  if (workspace.status === 'FAILED') {
    return (
      <div className={names('board-card-asked')}>
        {workspace.init.error ? <p className={names('board-card-error')}>{workspace.init.error}</p> : null}
        {retry ? (
          <Button size="small" icon="retry" onClick={() => void retry(workspace)}>
            {trans.__('Try again')}
          </Button>
        ) : null}
      </div>
    );
  }
  return workspace.kanban_column === 'MERGED' && archive ? (
    <div className={names('board-card-actions')}>
      <Button size="small" icon="archive" onClick={() => archive(workspace)}>
        {trans.__('Archive')}
      </Button>
    </div>
  ) : null;
}
