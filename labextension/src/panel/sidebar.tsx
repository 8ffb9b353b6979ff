import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { CommandRegistry } from '@lumino/commands';
import type { Message } from '@lumino/messaging';
import { type ReactElement, useMemo } from 'react';

import { useConnection } from '../render/frames';
import { Sidebar as Drawing } from '../render/sidebar/sidebar';
import { useTrans } from '../render/services';
import type { IFactory, IWorkspaceViews } from '../tokens';
import { workspaceListActions } from './actions';
import { orTell } from './menus';
import { Mounted } from './mounted';
import { useSignal } from './observe';
import { effectiveProject } from './project_choice';
import { VersionBanner } from './version_banner';

/** The Factory panel of the left sidebar. What is ready is asked when it is first seen, not when JupyterLab starts. */
export class Sidebar extends Mounted {
  private hasAsked = false;

  constructor(
    private readonly factory: IFactory,
    views: IWorkspaceViews,
    commands: CommandRegistry
  ) {
    super(<Panel factory={factory} views={views} commands={commands} />, factory.services);
    this.addClass('jp-Factory-panel');
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    if (!this.hasAsked) {
      this.hasAsked = true;
      void this.ask();
    }
  }

  private async ask(): Promise<void> {
    const { api, board } = this.factory;
    const health = await orTell(api.health());
    if (health) {
      board.receive({ type: 'health', health });
    }
  }
}

interface Props {
  factory: IFactory;
  views: IWorkspaceViews;
  commands: CommandRegistry;
}

function Panel({ factory, views, commands }: Props): ReactElement {
  const trans = useTrans();
  const { board, project, isDemo } = factory;
  const state = useSignal(board.changed, () => board.state);
  const projectId = effectiveProject(useSignal(project.changed, () => project.id), state.projects);
  const activeId = useSignal(views.currentChanged, () => views.currentWidget?.content.workspaceId ?? null);
  const connection = useConnection(board);
  const actions = useMemo(() => workspaceListActions(factory, commands), [factory, commands]);
  const execute = (name: string) => (): void => void commands.execute(`factory-jupyter:${name}`);
  return (
    <Drawing
      state={state}
      connection={connection}
      reconnect={() => board.reconnect()}
      health={state.health}
      projectId={projectId}
      activeId={activeId}
      actions={actions}
      onProject={project.choose}
      onCheckHealth={execute('check-readiness')}
      {...(isDemo ? { isDemo } : { onTour: () => void showTour(factory) })}
      footer={[
        { label: trans.__('Board'), onClick: execute('open-board') },
        { label: trans.__('Settings'), onClick: execute('open-settings') }
      ]}
    >
      <VersionBanner server={state.version} />
    </Drawing>
  );
}

const TOUR = 'jupyter factory demo';

/** The tour is a server of its own, so that nothing of the person's is touched: it cannot begin in this page. */
async function showTour({ services, trans }: IFactory): Promise<void> {
  const { button } = await showDialog({
    title: trans.__('The tour'),
    body: trans.__(
      'The tour starts a JupyterLab of its own with a sample repository and a scripted model: no account, no cost, and nothing of yours is touched. Run this command in a terminal of this machine:\n\n%1',
      TOUR
    ),
    buttons: [Dialog.cancelButton({ label: trans.__('Close') }), Dialog.okButton({ label: trans.__('Copy the command') })]
  });
  if (button.accept) {
    await services.copy(TOUR);
  }
}
