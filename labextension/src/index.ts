import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

const plugin: JupyterFrontEndPlugin<void> = {
  id: 'factory-jupyter:plugin',
  description: 'Several Claude Code agents at once, each in its own git worktree.',
  autoStart: true,
  activate: (_app: JupyterFrontEnd) => {}
};

export default [plugin];
