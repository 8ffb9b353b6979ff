import type { ReactElement } from 'react';
import { isProvisioning } from '../state/workspaces';
import type { PullRequest, Question, Workspace } from '../wire/wire';
import { Chip, StateDot, type DotState, type Tone } from './parts/chip';
import { Icon, type IconName } from './parts/icon';
import { useTrans, type Translator } from './services';

/** The state of a workspace as a dot: what it does or needs at this moment. */
export function WorkspaceDot({ workspace }: { workspace: Workspace }): ReactElement {
  const trans = useTrans();
  const [state, label] = look(workspace, trans);
  return <StateDot state={state} label={label} />;
}

function look(workspace: Workspace, trans: Translator): [DotState, string] {
  const { status, pull_request: pull } = workspace;
  if (status === 'FAILED') {
    return ['error', trans.__('Could not be set up')];
  }
  if (isProvisioning(workspace)) {
    return ['working', trans.__('Being set up')];
  }
  if (workspace.needs_attention) {
    return ['waiting', trans.__('Needs you')];
  }
  if (workspace.is_working) {
    return ['working', trans.__('Working')];
  }
  if (pull?.state === 'MERGED') {
    return ['merged', trans.__('Merged')];
  }
  if (pull?.ci_status === 'FAILURE') {
    return ['error', trans.__('Checks fail')];
  }
  return pull?.state === 'APPROVED' ? ['ok', trans.__('Approved')] : ['idle', trans.__('Idle')];
}

/** What a question wants, in two words. */
export function questionLabel(question: Question, trans: Translator): string {
  switch (question.kind) {
    case 'permission':
      return trans.__('Allow %1?', question.tool_name.replace(/^mcp__.*__/, ''));
    case 'plan':
      return trans.__('Plan ready');
    case 'ask_user':
      return trans.__('Question');
  }
}

const CI: Record<PullRequest['ci_status'], { icon: IconName | null; tone: Tone }> = {
  UNKNOWN: { icon: null, tone: 'neutral' },
  PENDING: { icon: 'clock', tone: 'neutral' },
  SUCCESS: { icon: 'check', tone: 'ok' },
  FAILURE: { icon: 'close', tone: 'error' }
};

/** The number of the pull request, and what its checks say. */
export function PullRequestChip({ pull }: { pull: PullRequest }): ReactElement {
  const trans = useTrans();
  const { icon, tone } = CI[pull.ci_status];
  const ci: Record<PullRequest['ci_status'], string> = {
    UNKNOWN: trans.__('no checks known'),
    PENDING: trans.__('checks are running'),
    SUCCESS: trans.__('checks pass'),
    FAILURE: trans.__('checks fail')
  };
  const stale = pull.stale_since
    ? ` · ${trans.__('not refreshed since %1', new Date(pull.stale_since).toLocaleTimeString())}`
    : '';
  const title =
    trans.__('Pull request %1, %2, %3', pull.number, pull.state.toLowerCase().replace('_', ' '), ci[pull.ci_status]) +
    stale;
  const isMerged = pull.state === 'MERGED';
  return (
    <Chip tone={isMerged ? 'merged' : tone} title={title}>
      <Icon name={isMerged ? 'merge' : 'pull'} />#{pull.number}
      {icon && !isMerged ? <Icon name={icon} label={ci[pull.ci_status]} /> : null}
    </Chip>
  );
}
