import type { CommandRegistry } from '@lumino/commands';
import { type ReactElement, useMemo } from 'react';

import { Board } from '../render/board/board';
import type { IFactory } from '../tokens';
import { workspaceListActions } from './actions';
import { factoryIcon } from './icons';
import { Mounted } from './mounted';
import { useSignal } from './observe';
import { effectiveProject } from './project_choice';

/** The Factory board in the main area. */
export class BoardView extends Mounted {
  constructor(factory: IFactory, commands: CommandRegistry) {
    super(<Page factory={factory} commands={commands} />, factory.services);
    this.addClass('jp-Factory-board-view');
    this.title.label = factory.trans.__('Factory board');
    this.title.icon = factoryIcon;
    this.title.closable = true;
  }
}

function Page({ factory, commands }: { factory: IFactory; commands: CommandRegistry }): ReactElement {
  const { board, project } = factory;
  const { projects } = useSignal(board.changed, () => board.state);
  const projectId = effectiveProject(useSignal(project.changed, () => project.id), projects);
  const actions = useMemo(() => workspaceListActions(factory, commands), [factory, commands]);
  return <Board source={board} projectId={projectId} actions={actions} />;
}
