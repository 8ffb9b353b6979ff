import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PageConfig } from '@jupyterlab/coreutils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { FactoryApi } from '../api';
import { BoardFeed } from '../panel/board_feed';
import { ProjectChoice } from '../panel/project_choice';
import { panelServices } from '../panel/services';
import { IFactory } from '../tokens';
import { boardSource } from '../wire/socket';

export const factory: JupyterFrontEndPlugin<IFactory> = {
  id: 'factory-jupyter:plugin',
  description: 'Connects to the Factory on the Jupyter server and shares the connection with the other plugins.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [IDocumentManager, ITranslator],
  provides: IFactory,
  activate: (
    app: JupyterFrontEnd,
    rendermime: IRenderMimeRegistry,
    documents: IDocumentManager | null,
    translator: ITranslator | null
  ): IFactory => {
    const trans = (translator ?? nullTranslator).load('factory_jupyter');
    const api = new FactoryApi(app.serviceManager.serverSettings);
    const openTerminal = (command: string): void => void app.commands.execute('factory-jupyter:open-terminal', { command });
    const board = new BoardFeed(boardSource({ open: () => api.boardSocket() }));
    const services = panelServices({ api, trans, rendermime, documents, openTerminal });
    const project = new ProjectChoice(services.storage);
    return { api, board, project, services, trans, isDemo: PageConfig.getOption('factoryDemo') === 'true' };
  }
};
