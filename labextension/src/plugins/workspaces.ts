import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, type MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';

import { factoryIcon } from '../panel/icons';
import { orTell, renameWorkspace } from '../panel/menus';
import { type WorkspaceView, workspaceWidget } from '../panel/workspace_view';
import { IFactory, IWorkspaceViews } from '../tokens';
import type { ClientFrame, Workspace } from '../wire/wire';
import { CATEGORY, idArgs } from './commands';

export const workspaces: JupyterFrontEndPlugin<IWorkspaceViews> = {
  id: 'factory-jupyter:workspaces',
  description: 'Opens Factory workspaces in the main area, and opens them again after a reload.',
  autoStart: true,
  requires: [IFactory],
  optional: [ILayoutRestorer, ICommandPalette],
  provides: IWorkspaceViews,
  activate: (
    app: JupyterFrontEnd,
    factory: IFactory,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null
  ): IWorkspaceViews => {
    const tracker = new WidgetTracker<MainAreaWidget<WorkspaceView>>({ namespace: 'factory-workspaces' });
    addCommands(app, factory, tracker);
    for (const command of ['open-next-question', 'interrupt-session', 'stop-session']) {
      palette?.addItem({ command: `factory-jupyter:${command}`, category: CATEGORY });
    }
    void restorer?.restore(tracker, {
      command: 'factory-jupyter:open-workspace',
      args: ({ content }) => ({ id: content.workspaceId, session: content.sessionId, activate: false }),
      name: ({ content }) => content.workspaceId
    });
    return tracker;
  }
};

type Tracker = WidgetTracker<MainAreaWidget<WorkspaceView>>;

function addCommands(app: JupyterFrontEnd, factory: IFactory, tracker: Tracker): void {
  const { commands, shell } = app;
  const { trans, board, api } = factory;

  commands.addCommand('factory-jupyter:open-workspace', {
    label: trans.__('Open Factory Workspace'),
    caption: trans.__('Show a Factory workspace with its chats in the main area'),
    icon: factoryIcon,
    describedBy: {
      args: {
        type: 'object',
        properties: {
          id: { type: 'string', description: trans.__('Id of the Factory workspace') },
          session: { type: ['string', 'null'], description: trans.__('Id of the session to show') },
          activate: { type: 'boolean', description: trans.__('Whether to bring it to the front, the default') }
        }
      }
    },
    execute: args => {
      const id = (args.id as string | undefined) ?? chosen(app)?.id;
      if (id === undefined) {
        return;
      }
      const session = (args.session as string | null | undefined) ?? null;
      let widget = tracker.find(open => open.content.workspaceId === id);
      if (!widget) {
        widget = workspaceWidget(factory, id, session);
        widget.content.selected.connect(() => void tracker.save(widget as MainAreaWidget<WorkspaceView>));
        void tracker.add(widget);
        shell.add(widget, 'main', { type: 'Factory' });
      } else if (session !== null) {
        widget.content.select(session);
      }
      if (args.activate !== false) {
        shell.activateById(widget.id);
      }
      return widget;
    }
  });

  commands.addCommand('factory-jupyter:open-next-question', {
    label: trans.__('Go to the Agent That Needs You'),
    caption: trans.__('Open the question that has waited longest'),
    icon: factoryIcon,
    describedBy: { args: { type: 'object', properties: {} } },
    isEnabled: () => next() !== undefined,
    execute: () => commands.execute('factory-jupyter:open-workspace', next())
  });

  const next = (): { id: string; session: string | null } | undefined => {
    const { questions, workspaces } = board.state;
    // Again and again the same command walks through all that wait.
    const current = tracker.currentWidget?.isVisible ? tracker.currentWidget.content.workspaceId : null;
    const waiting = [
      ...questions.map(question => ({ id: question.workspace_id, session: question.session_id })),
      ...workspaces.filter(workspace => workspace.status === 'FAILED').map(({ id }) => ({ id, session: null }))
    ];
    const at = waiting.findIndex(({ id }) => id === current);
    return waiting[(at + 1) % waiting.length];
  };

  const tell = (frame: ClientFrame) => async (): Promise<void> => {
    const session = shownSession(factory, tracker);
    if (session !== undefined) {
      await orTell(api.command(session, frame));
    }
  };
  commands.addCommand('factory-jupyter:interrupt-session', {
    label: trans.__('Interrupt the Agent'),
    caption: trans.__('Stop the turn of the session that is shown; the agent stays'),
    describedBy: { args: { type: 'object', properties: {} } },
    isEnabled: () => shownSession(factory, tracker) !== undefined,
    execute: tell({ type: 'interrupt' })
  });
  commands.addCommand('factory-jupyter:stop-session', {
    label: trans.__('Stop the Agent'),
    caption: trans.__('End the process of the session that is shown; the next message resumes the conversation'),
    describedBy: { args: { type: 'object', properties: {} } },
    isEnabled: () => shownSession(factory, tracker) !== undefined,
    execute: tell({ type: 'stop' })
  });

  commands.addCommand('factory-jupyter:rename-workspace', {
    label: trans.__('Rename…'),
    caption: trans.__('Give a Factory workspace another name; its branch stays'),
    describedBy: { args: idArgs(trans) },
    execute: async args => {
      const workspace = board.workspace((args.id as string | undefined) ?? chosen(app)?.id ?? '');
      if (workspace) {
        await renameWorkspace(factory, workspace);
      }
    }
  });

  commands.addCommand('factory-jupyter:copy-worktree-path', {
    label: trans.__('Copy Worktree Path'),
    caption: trans.__('Copy the folder of a Factory workspace'),
    describedBy: { args: idArgs(trans) },
    execute: async args => {
      const path = board.workspace((args.id as string | undefined) ?? chosen(app)?.id ?? '')?.worktree_path;
      if (path) {
        await factory.services.copy(path);
      }
    }
  });

  /** The workspace whose row was clicked with the other button. */
  const chosen = (front: JupyterFrontEnd): Workspace | undefined => {
    const row = front.contextMenuHitTest(node => node.dataset.row !== undefined);
    return board.workspace(row?.dataset.row ?? '');
  };
}

const shownSession = ({ board }: IFactory, tracker: Tracker): string | undefined => {
  const content = tracker.currentWidget?.content;
  return content && (content.sessionId ?? board.sessionsOf(content.workspaceId)[0]?.id);
};
