import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';

import { factoryIcon } from '../panel/icons';
import { orTell } from '../panel/menus';
import { Sidebar } from '../panel/sidebar';
import { IFactory, IWorkspaceViews } from '../tokens';
import { CATEGORY } from './commands';

const RANK = 150; // After JupyterLab's own file browser, running sessions and table of contents.

export const panel: JupyterFrontEndPlugin<void> = {
  id: 'factory-jupyter:panel',
  description: 'The Factory panel in the left sidebar: projects, tasks, and who needs you.',
  autoStart: true,
  requires: [IFactory, IWorkspaceViews],
  optional: [ILayoutRestorer, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    factory: IFactory,
    views: IWorkspaceViews,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null
  ): void => {
    const { commands, shell } = app;
    const { trans, api, board } = factory;
    const sidebar = new Sidebar(factory, views, commands);
    sidebar.id = 'factory-jupyter-panel';
    sidebar.title.icon = factoryIcon;
    sidebar.title.caption = trans.__('Factory');
    restorer?.add(sidebar, sidebar.id);
    shell.add(sidebar, 'left', { rank: RANK, type: 'Factory' });

    commands.addCommand('factory-jupyter:open-panel', {
      label: trans.__('Show the Factory Panel'),
      caption: trans.__('Show projects, tasks and agents in the left sidebar'),
      icon: factoryIcon,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => shell.activateById(sidebar.id)
    });
    commands.addCommand('factory-jupyter:check-readiness', {
      label: trans.__('Check Readiness'),
      caption: trans.__('Look again whether git, Claude and GitHub are ready'),
      describedBy: { args: { type: 'object', properties: {} } },
      execute: async () => {
        const health = await orTell(api.recheckHealth());
        if (health) {
          board.receive({ type: 'health', health });
        }
      }
    });
    commands.addCommand('factory-jupyter:open-settings', {
      label: trans.__('Factory Settings'),
      caption: trans.__('Defaults for new sessions, and notifications'),
      describedBy: { args: { type: 'object', properties: {} } },
      isEnabled: () => commands.hasCommand('settingeditor:open'),
      execute: () => commands.execute('settingeditor:open', { query: 'Factory' })
    });
    commands.addCommand('factory-jupyter:open-terminal', {
      label: trans.__('Open a Terminal'),
      caption: trans.__('Open a terminal with a command that waits for Enter'),
      describedBy: {
        args: {
          type: 'object',
          properties: { command: { type: 'string', description: trans.__('The command to write into the terminal') } }
        }
      },
      isEnabled: () => commands.hasCommand('terminal:create-new'),
      execute: args => openTerminal(app, (args.command as string | undefined) ?? '')
    });
    for (const command of ['open-panel', 'check-readiness', 'open-settings']) {
      palette?.addItem({ command: `factory-jupyter:${command}`, category: CATEGORY });
    }
  }
};

/** What we need of the widget that JupyterLab's terminal command returns. */
interface TerminalWidget {
  content?: { session?: { send(message: { type: 'stdin'; content: string[] }): void } };
}

/** Writes the command, but leaves pressing Enter to the person. */
async function openTerminal({ commands }: JupyterFrontEnd, command: string): Promise<void> {
  const widget = (await commands.execute('terminal:create-new')) as TerminalWidget | undefined;
  if (command) {
    widget?.content?.session?.send({ type: 'stdin', content: [command] });
  }
}
