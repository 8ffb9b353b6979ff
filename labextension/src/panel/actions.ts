import type { CommandRegistry } from '@lumino/commands';

import type { WorkspaceActions } from '../render/workspace_actions';
import type { IFactory } from '../tokens';
import { orTell } from './menus';

/** What can be done from the panel and the board, by JupyterLab's commands and the server's routes. */
export function workspaceListActions({ api, services }: IFactory, commands: CommandRegistry): WorkspaceActions {
  const execute = (name: string, args = {}): void => void commands.execute(`factory-jupyter:${name}`, args);
  return {
    open: ({ id }) => execute('open-workspace', { id }),
    newTask: () => execute('create-task'),
    addProject: () => execute('add-project'),
    answer: async (question, answer) => {
      await api.command(question.session_id, { type: 'answer', question_id: question.id, ...answer });
    },
    retry: async ({ id }) => {
      await orTell(api.retryWorkspace(id));
    },
    openExternal: url => services.openExternal?.(url)
  };
}
