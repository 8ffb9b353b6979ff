import { MainAreaWidget } from '@jupyterlab/apputils';
import { LabIcon } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { type ISignal, Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import { mount } from '../render/mount';
import { workspaceColour } from '../state/colour';
import type { IFactory } from '../tokens';
import { WorkspacePage } from './workspace_page';

/** One Factory workspace in the main area: its header, its sessions, its chat. */
export class WorkspaceView extends Widget {
  private readonly undo: () => void;
  private readonly _selected = new Signal<this, string | null>(this);

  constructor(
    private readonly factory: IFactory,
    readonly workspaceId: string,
    private _sessionId: string | null
  ) {
    super();
    this.addClass('jp-Factory-workspace-view');
    factory.board.changed.connect(this.follow, this);
    this.follow();
    this.undo = mount(this.node, <WorkspacePage factory={factory} view={this} />, factory.services);
  }

  /** The session that is shown; null: the first one. */
  get sessionId(): string | null {
    return this._sessionId;
  }

  /** Another session is shown. */
  get selected(): ISignal<this, string | null> {
    return this._selected;
  }

  select(sessionId: string): void {
    if (sessionId !== this._sessionId) {
      this._sessionId = sessionId;
      this._selected.emit(sessionId);
    }
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.undo();
      Signal.clearData(this);
      super.dispose();
    }
  }

  /** The person came here to write or to answer. */
  protected override onActivateRequest(_message: Message): void {
    focusIn(this.node);
  }

  private follow(): void {
    const workspace = this.factory.board.workspace(this.workspaceId);
    if (workspace) {
      this.title.label = workspace.name;
      this.title.caption = [workspace.name, workspace.branch_name, workspace.worktree_path].filter(Boolean).join('\n');
    }
  }
}

/** Focuses the composer of the chat that is shown; before it is drawn, the view itself, so that the keyboard is not elsewhere. */
export function focusIn(node: HTMLElement): void {
  const composer = [...node.querySelectorAll<HTMLElement>('textarea.jp-Factory-composer-text')].find(field => field.offsetParent !== null);
  (composer ?? node).focus();
}

/** The view as JupyterLab's main area wants it; its tab carries the workspace's colour. */
export function workspaceWidget(factory: IFactory, workspaceId: string, sessionId: string | null): MainAreaWidget<WorkspaceView> {
  const content = new WorkspaceView(factory, workspaceId, sessionId);
  content.title.icon = colourIcon(workspaceId);
  content.title.closable = true;
  content.node.tabIndex = -1;
  const widget = new MainAreaWidget({ content });
  widget.id = `factory-workspace-${workspaceId}`;
  widget.toolbar.hide();
  return widget;
}

function colourIcon(workspaceId: string): LabIcon {
  const circle = `<circle cx="8" cy="8" r="5" fill="${workspaceColour(workspaceId)}"/>`;
  return new LabIcon({
    name: `factory-jupyter:colour-${workspaceId}`,
    svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">${circle}</svg>`
  });
}
