import type { IWidgetTracker, MainAreaWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Token } from '@lumino/coreutils';

import type { FactoryApi } from './api';
import type { BoardFeed } from './panel/board_feed';
import type { ProjectChoice } from './panel/project_choice';
import type { WorkspaceView } from './panel/workspace_view';
import type { RenderServices } from './render/services';

/** What every plugin of this extension shares. */
export interface IFactory {
  readonly api: FactoryApi;
  /** The one connection to the board. */
  readonly board: BoardFeed;
  /** Whose workspaces are shown. */
  readonly project: ProjectChoice;
  /** What components need of JupyterLab. */
  readonly services: RenderServices;
  readonly trans: TranslationBundle;
  /** Whether sessions talk to the scripted model instead of Claude. */
  readonly isDemo: boolean;
}

export const IFactory = new Token<IFactory>(
  'factory-jupyter:IFactory',
  'The Factory: its REST client, its board, and the services that its components are drawn with.'
);

/** The Factory workspaces that are open in the main area. */
export interface IWorkspaceViews extends IWidgetTracker<MainAreaWidget<WorkspaceView>> {}

export const IWorkspaceViews = new Token<IWorkspaceViews>(
  'factory-jupyter:IWorkspaceViews',
  'Tracks the Factory workspaces that are open in the main area.'
);
