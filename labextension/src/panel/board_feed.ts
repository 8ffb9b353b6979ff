import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

import { EMPTY, foldAll, type BoardState } from '../state/board';
import type { BoardSource, Connection } from '../wire/source';
import type { BoardFrame, Notification, Project, Session, Workspace } from '../wire/wire';

/**
 * The one connection to the board, shared by the panel, the board, every workspace view, the status bar and the notifications.
 *
 * As a source it tells a newcomer first what is already known, so that every component can fold for itself.
 */
export class BoardFeed implements BoardSource, IDisposable {
  private folded: BoardState = EMPTY;
  private readonly listeners = new Set<(frame: BoardFrame) => void>();
  private readonly stop: () => void;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _notified = new Signal<this, Notification>(this);
  private waiting: BoardFrame[] = [];
  isDisposed = false;

  constructor(private readonly source: BoardSource) {
    this.stop = source.onEvent(frame => this.receive(frame));
  }

  get state(): BoardState {
    return this.folded;
  }

  /** The state is another one; at most once for each batch of frames. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Something to tell a person who looks elsewhere. */
  get notified(): ISignal<this, Notification> {
    return this._notified;
  }

  dispose(): void {
    if (!this.isDisposed) {
      this.isDisposed = true;
      this.stop();
      Signal.clearData(this);
    }
  }

  onEvent(callback: (frame: BoardFrame) => void): () => void {
    framesOf(this.folded).forEach(callback);
    this.listeners.add(callback);
    return () => this.listeners.delete(callback);
  }

  send(): void {}

  onConnection(callback: (connection: Connection) => void): () => void {
    return this.source.onConnection?.(callback) ?? (() => {});
  }

  reconnect(): void {
    this.source.reconnect?.();
  }

  workspace(id: string): Workspace | undefined {
    return this.folded.workspaces.find(workspace => workspace.id === id);
  }

  project(id: string): Project | undefined {
    return this.folded.projects.find(project => project.id === id);
  }

  session(id: string): Session | undefined {
    return this.folded.sessions.find(session => session.id === id);
  }

  sessionsOf(workspaceId: string): Session[] {
    return this.folded.sessions.filter(session => session.workspace_id === workspaceId);
  }

  /** Tells everybody what was learnt by another way than the socket. */
  receive(frame: BoardFrame): void {
    if (this.waiting.push(frame) === 1) {
      queueMicrotask(() => this.flush());
    }
  }

  private flush(): void {
    const frames = this.waiting;
    this.waiting = [];
    this.folded = foldAll(this.folded, frames);
    for (const frame of frames) {
      this.listeners.forEach(listener => listener(frame));
      if (frame.type === 'notification') {
        this._notified.emit(frame);
      }
    }
    this._changed.emit();
  }
}

/** The frames that lead from nothing to a state. */
function framesOf({ isLoaded, projects, workspaces, sessions, questions, version, health }: BoardState): BoardFrame[] {
  return [
    ...(isLoaded ? [{ type: 'snapshot' as const, projects, workspaces, sessions, questions, version }] : []),
    ...(health ? [{ type: 'health' as const, health }] : [])
  ];
}
