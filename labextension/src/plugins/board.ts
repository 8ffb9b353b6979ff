import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';

import { BoardView } from '../panel/board_view';
import { factoryIcon } from '../panel/icons';
import { IFactory } from '../tokens';
import { CATEGORY } from './commands';

export const board: JupyterFrontEndPlugin<void> = {
  id: 'factory-jupyter:board',
  description: 'The Factory board in the main area: every workspace by how far it has come.',
  autoStart: true,
  requires: [IFactory],
  optional: [ILayoutRestorer, ICommandPalette, ILauncher],
  activate: (
    app: JupyterFrontEnd,
    factory: IFactory,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    launcher: ILauncher | null
  ): void => {
    const { commands, shell } = app;
    const { trans } = factory;
    const command = 'factory-jupyter:open-board';
    const tracker = new WidgetTracker<MainAreaWidget<BoardView>>({ namespace: 'factory-board' });
    commands.addCommand(command, {
      label: args => (args.isLauncher ? trans.__('Factory Board') : trans.__('Show the Factory Board')),
      caption: trans.__('Show every Factory workspace by how far it has come'),
      icon: factoryIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: { isLauncher: { type: 'boolean', description: trans.__('Whether the label is for a card') } }
        }
      },
      execute: () => {
        let widget = tracker.currentWidget;
        if (!widget) {
          widget = new MainAreaWidget({ content: new BoardView(factory, commands) });
          widget.id = 'factory-jupyter-board';
          widget.toolbar.hide();
          void tracker.add(widget);
          shell.add(widget, 'main', { type: 'Factory' });
        }
        shell.activateById(widget.id);
        return widget;
      }
    });
    void restorer?.restore(tracker, { command, name: () => 'board' });
    palette?.addItem({ command, category: CATEGORY });
    launcher?.add({ command, category: CATEGORY, args: { isLauncher: true }, rank: 1 });
  }
};
