import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';

import { openAddProject, openNewTask } from '../panel/dialogs';
import { factoryIcon, newTaskIcon } from '../panel/icons';
import { serverPath } from '../panel/services';
import { IFactory } from '../tokens';
import { CATEGORY } from './commands';

export const tasks: JupyterFrontEndPlugin<void> = {
  id: 'factory-jupyter:tasks',
  description: 'Adds projects and starts parallel tasks, from the launcher, the palette and the file browser.',
  autoStart: true,
  requires: [IFactory],
  optional: [ICommandPalette, ILauncher, IDefaultFileBrowser],
  activate: (
    app: JupyterFrontEnd,
    factory: IFactory,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    files: IDefaultFileBrowser | null
  ): void => {
    const { commands } = app;
    const { trans } = factory;

    commands.addCommand('factory-jupyter:create-task', {
      label: args => (args.isLauncher ? trans.__('New Parallel Task') : trans.__('New Parallel Task…')),
      caption: trans.__('Let an agent work on a branch of its own, in a git worktree of its own'),
      icon: newTaskIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            project: { type: 'string', description: trans.__('Id of the project; without it, the last one') },
            prompt: { type: 'string', description: trans.__('What should be done') },
            isLauncher: { type: 'boolean', description: trans.__('Whether the label is for a card') }
          }
        }
      },
      execute: args =>
        openNewTask(factory, commands, {
          projectId: args.project as string | undefined,
          prompt: args.prompt as string | undefined
        })
    });

    commands.addCommand('factory-jupyter:add-project', {
      label: trans.__('Add Project…'),
      caption: trans.__('Add a local git repository to the Factory'),
      icon: factoryIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: { path: { type: 'string', description: trans.__('Folder of the repository on the server') } }
        }
      },
      execute: args => openAddProject(factory, args.path as string | undefined)
    });

    commands.addCommand('factory-jupyter:add-folder', {
      label: trans.__('Add to Factory'),
      caption: trans.__('Add this folder, a git repository, to the Factory'),
      icon: factoryIcon,
      describedBy: { args: { type: 'object', properties: {} } },
      isVisible: () => files !== null,
      execute: () => {
        const folder = [...(files?.selectedItems() ?? [])].find(item => item.type === 'directory');
        return openAddProject(factory, serverPath(folder?.path ?? files?.model.path ?? ''));
      }
    });

    for (const command of ['factory-jupyter:create-task', 'factory-jupyter:add-project']) {
      palette?.addItem({ command, category: CATEGORY });
    }
    launcher?.add({ command: 'factory-jupyter:create-task', category: CATEGORY, args: { isLauncher: true }, rank: 2 });
  }
};
