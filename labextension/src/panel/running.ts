import type { IRunningSessions } from '@jupyterlab/running';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { ISignal } from '@lumino/signaling';

import type { IFactory } from '../tokens';
import type { Session, SessionPhase } from '../wire/wire';
import type { BoardFeed } from './board_feed';
import { factoryIcon } from './icons';
import { orTell } from './menus';

const AT_WORK = new Set<SessionPhase>(['starting', 'running', 'waiting', 'stopping']);

/** Sessions whose agent is at work, for JupyterLab's list of everything that runs. */
export class RunningAgents implements IRunningSessions.IManager {
  readonly name: string;
  readonly shutdownLabel: string;
  readonly shutdownAllLabel: string;
  readonly shutdownAllConfirmationText: string;

  constructor(
    private readonly factory: IFactory,
    private readonly open: (workspaceId: string, sessionId: string) => void
  ) {
    const { trans } = factory;
    this.name = trans.__('Agents');
    this.shutdownLabel = trans.__('Stop this agent; its conversation can be resumed');
    this.shutdownAllLabel = trans.__('Stop All');
    this.shutdownAllConfirmationText = trans.__('Stop every agent? Their conversations can be resumed.');
  }

  get runningChanged(): ISignal<BoardFeed, void> {
    return this.factory.board.changed;
  }

  running(): IRunningSessions.IRunningItem[] {
    return this.atWork().map(session => ({
      label: () => this.label(session),
      labelTitle: () => this.factory.board.workspace(session.workspace_id)?.worktree_path ?? '',
      icon: (): LabIcon => factoryIcon,
      open: () => this.open(session.workspace_id, session.id),
      shutdown: () => this.stop(session)
    }));
  }

  shutdownAll(): void {
    this.atWork().forEach(session => this.stop(session));
  }

  refreshRunning(): void {
    // The board is always fresh.
  }

  private atWork(): Session[] {
    return this.factory.board.state.sessions.filter(session => AT_WORK.has(session.phase));
  }

  private label({ workspace_id, name }: Session): string {
    return `${this.factory.board.workspace(workspace_id)?.name ?? ''} · ${name}`;
  }

  private stop(session: Session): void {
    void orTell(this.factory.api.command(session.id, { type: 'stop' }));
  }
}
