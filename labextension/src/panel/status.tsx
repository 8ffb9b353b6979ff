import { ReactWidget } from '@jupyterlab/ui-components';
import type { ReactElement } from 'react';

import { names } from '../render/parts/classes';
import { groupOf } from '../state/workspaces';
import type { IFactory } from '../tokens';
import { useSignal } from './observe';

/** "Factory: 3 working, 1 needs you", which leads to the one that waits longest; or to the panel when nobody waits. */
export class StatusItem extends ReactWidget {
  constructor(
    private readonly factory: IFactory,
    private readonly execute: (command: string) => void
  ) {
    super();
    this.addClass('jp-mod-highlighted');
  }

  protected override render(): ReactElement {
    return <Status factory={this.factory} execute={this.execute} />;
  }
}

function Status({ factory, execute }: { factory: IFactory; execute: (command: string) => void }): ReactElement {
  const { board, trans } = factory;
  const { workspaces, health, isLoaded } = useSignal(board.changed, () => board.state);
  const groups = workspaces.map(groupOf);
  const working = groups.filter(group => group === 'working').length;
  const waiting = groups.filter(group => group === 'needs_you').length;
  const isReady = health?.status !== 'error';
  const parts = [
    working > 0 && trans.__('%1 working', working),
    waiting > 0 && trans._n('%1 needs you', '%1 need you', waiting),
    !isReady && trans.__('not ready')
  ].filter(Boolean);
  return (
    <button
      type="button"
      className={names('status', waiting > 0 && 'mod-waiting', !isReady && 'mod-error')}
      title={waiting > 0 ? trans.__('Go to the agent that needs you') : trans.__('Show the Factory panel')}
      onClick={() => execute(waiting > 0 ? 'factory-jupyter:open-next-question' : 'factory-jupyter:open-panel')}
    >
      {isLoaded && parts.length > 0 ? trans.__('Factory: %1', parts.join(', ')) : trans.__('Factory')}
    </button>
  );
}
