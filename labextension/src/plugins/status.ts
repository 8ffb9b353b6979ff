import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';

import { StatusItem } from '../panel/status';
import { IFactory } from '../tokens';

export const status: JupyterFrontEndPlugin<void> = {
  id: 'factory-jupyter:status',
  description: 'Shows in the status bar how many agents work and how many need a person.',
  autoStart: true,
  requires: [IFactory],
  optional: [IStatusBar],
  activate: (app: JupyterFrontEnd, factory: IFactory, statusBar: IStatusBar | null): void => {
    statusBar?.registerStatusItem('factory-jupyter:status', {
      item: new StatusItem(factory, command => void app.commands.execute(command)),
      align: 'left',
      rank: 5
    });
  }
};
