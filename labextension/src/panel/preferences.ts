import type { ISettingRegistry } from '@jupyterlab/settingregistry';

import type { FactoryApi } from '../api';
import type { PatchSettings, PermissionMode } from '../wire/wire';

export type Notifications = 'all' | 'needs_you' | 'none';

/** What JupyterLab's settings editor says, with what holds while it cannot be read. */
export interface Preferences {
  readonly notifications: Notifications;
  readonly sound: boolean;
}

const DEFAULTS: Preferences = { notifications: 'all', sound: false };

/**
 * Reads the settings, follows their changes, and tells the server those that decide about new sessions.
 *
 * Only what a person has set is told: the rest stays as the server's administrator wants it.
 */
export async function followPreferences(
  registry: ISettingRegistry,
  pluginId: string,
  api: FactoryApi,
  onChange: (preferences: Preferences) => void
): Promise<void> {
  const settings = await registry.load(pluginId);
  const follow = (): void => {
    onChange({
      notifications: settings.get('notifications').composite as Notifications,
      sound: settings.get('notificationSound').composite as boolean
    });
    const told = forServer(settings.user);
    if (Object.keys(told).length > 0) {
      // The server is told again at the next change or start; a default that lags behind is no reason to disturb.
      api.updateUserSettings(told).catch(() => {});
    }
  };
  settings.changed.connect(follow);
  follow();
}

function forServer(user: ISettingRegistry.ISettings['user']): PatchSettings {
  const body: PatchSettings = {};
  if (user.defaultModel !== undefined) {
    body.default_model = user.defaultModel as string;
  }
  if (user.defaultPermissionMode !== undefined) {
    body.default_permission_mode = user.defaultPermissionMode as PermissionMode;
  }
  if (user.notifications !== undefined) {
    body.notification_push = user.notifications !== 'none';
  }
  if (user.notificationSound !== undefined) {
    body.notification_sound = user.notificationSound as boolean;
  }
  return body;
}

export { DEFAULTS as DEFAULT_PREFERENCES };
