import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';

import { Notifier } from '../panel/notifications';
import { DEFAULT_PREFERENCES, followPreferences } from '../panel/preferences';
import { IFactory, IWorkspaceViews } from '../tokens';

export const notifications: JupyterFrontEndPlugin<void> = {
  id: 'factory-jupyter:notifications',
  description: 'Tells a person who looks elsewhere that an agent needs them, is done, or has failed.',
  autoStart: true,
  requires: [IFactory, IWorkspaceViews],
  optional: [ISettingRegistry],
  activate: (app: JupyterFrontEnd, factory: IFactory, views: IWorkspaceViews, settings: ISettingRegistry | null): void => {
    let preferences = DEFAULT_PREFERENCES;
    if (settings) {
      followPreferences(settings, 'factory-jupyter:plugin', factory.api, now => (preferences = now)).catch(() => {
        // Without the schema (a bundle that was copied by hand) the defaults hold.
      });
    }
    const notifier = new Notifier({
      board: factory.board,
      trans: factory.trans,
      preferences: () => preferences,
      isOnScreen: workspaceId => !document.hidden && views.find(view => view.content.workspaceId === workspaceId)?.isVisible === true,
      open: (workspaceId, sessionId) =>
        void app.commands.execute('factory-jupyter:open-workspace', { id: workspaceId, session: sessionId })
    });
    views.currentChanged.connect(() => notifier.withdraw());
  }
};
