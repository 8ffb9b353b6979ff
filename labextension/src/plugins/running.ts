import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRunningSessionManagers } from '@jupyterlab/running';

import { RunningAgents } from '../panel/running';
import { IFactory } from '../tokens';

export const running: JupyterFrontEndPlugin<void> = {
  id: 'factory-jupyter:running',
  description: 'Lists agents at work beside the running kernels and terminals.',
  autoStart: true,
  requires: [IFactory],
  optional: [IRunningSessionManagers],
  activate: (app: JupyterFrontEnd, factory: IFactory, managers: IRunningSessionManagers | null): void => {
    managers?.add(
      new RunningAgents(
        factory,
        (id, session) => void app.commands.execute('factory-jupyter:open-workspace', { id, session })
      )
    );
  }
};
