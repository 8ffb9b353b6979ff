import { type ReactElement, useState } from 'react';

import { Button } from '../render/parts/button';
import { Empty } from '../render/parts/banner';
import { names } from '../render/parts/classes';
import { Skeleton } from '../render/parts/progress';
import { useTrans } from '../render/services';
import { isProvisioning } from '../state/workspaces';
import type { IFactory } from '../tokens';
import type { Session, Workspace } from '../wire/wire';
import { useSignal } from './observe';
import { SessionChat } from './session_chat';
import { SessionTabs } from './session_tabs';
import { Setup } from './setup';
import { sessionActions, workspaceActions } from './menus';
import { WorkspaceHeader } from './workspace_header';
import type { WorkspaceView } from './workspace_view';

interface Props {
  factory: IFactory;
  view: WorkspaceView;
}

/** What is in a workspace view: how far its making has come, then its sessions. */
export function WorkspacePage({ factory, view }: Props): ReactElement {
  const trans = useTrans();
  const { board } = factory;
  const { isLoaded } = useSignal(board.changed, () => board.state);
  const workspace = board.workspace(view.workspaceId);
  if (!workspace) {
    return isLoaded ? (
      <Empty icon="archive" title={trans.__('This Factory workspace is no more')}>
        {trans.__('It was deleted. You can close this tab.')}
      </Empty>
    ) : (
      <Skeleton lines={6} label={trans.__('Loading the Factory workspace')} />
    );
  }
  return <Loaded factory={factory} view={view} workspace={workspace} />;
}

function Loaded({ factory, view, workspace }: Props & { workspace: Workspace }): ReactElement {
  const actions = workspaceActions(factory, view, workspace);
  return (
    <div className={names('workspace')}>
      <WorkspaceHeader
        workspace={workspace}
        project={factory.board.project(workspace.project_id)}
        isDemo={factory.isDemo}
        actions={actions}
      />
      {workspace.status === 'FAILED' || isProvisioning(workspace) ? <Setup factory={factory} workspace={workspace} /> : null}
      <Sessions factory={factory} view={view} workspace={workspace} />
    </div>
  );
}

function Sessions({ factory, view, workspace }: Props & { workspace: Workspace }): ReactElement {
  const trans = useTrans();
  const sessions = inOrder(factory.board.sessionsOf(workspace.id));
  const wanted = useSignal(view.selected, () => view.sessionId);
  const shown = sessions.find(session => session.id === wanted) ?? sessions[0];
  const actions = sessionActions(factory, view, workspace, shown);
  const visited = useVisited(shown?.id);
  return (
    <>
      <SessionTabs
        sessions={sessions}
        selected={shown?.id ?? null}
        onSelect={id => view.select(id)}
        onNew={() => void actions.create()}
        actions={actions.menu}
      />
      {sessions.length === 0 && workspace.status === 'READY' ? (
        <Empty
          icon="agent"
          title={trans.__('No conversation yet')}
          actions={
            <Button look="primary" onClick={() => void actions.create()}>
              {trans.__('Start a conversation')}
            </Button>
          }
        >
          {trans.__('Claude works in this worktree only, and asks before it writes or runs anything.')}
        </Empty>
      ) : null}
      {sessions
        .filter(session => visited.has(session.id))
        .map(session => (
          <div key={session.id} role="tabpanel" aria-label={session.name} className={names('chat-panel')} hidden={session !== shown}>
            <SessionChat
              factory={factory}
              sessionId={session.id}
              root={workspace.worktree_path}
              hasFocus={session === shown && view.node.contains(document.activeElement)}
            />
          </div>
        ))}
    </>
  );
}

/** The chats that were shown once stay drawn, so that their place and what was typed are there on return. */
function useVisited(id: string | undefined): ReadonlySet<string> {
  const [visited, setVisited] = useState<ReadonlySet<string>>(new Set());
  if (id !== undefined && !visited.has(id)) {
    const next = new Set([...visited, id]);
    setVisited(next);
    return next;
  }
  return visited;
}

const inOrder = (sessions: Session[]): Session[] => [...sessions].sort((one, other) => one.created_at.localeCompare(other.created_at));
