import type { ReactElement } from 'react';

import { names } from '../render/parts/classes';
import { Provisioning } from '../render/task/provisioning';
import type { IFactory } from '../tokens';
import type { Workspace } from '../wire/wire';

/** The making of a workspace, and what can be done about it. The board tells how it goes on. */
export function Setup({ factory: { api }, workspace }: { factory: IFactory; workspace: Workspace }): ReactElement {
  const { id } = workspace;
  const settled = async (work: Promise<Workspace>): Promise<void> => void (await work);
  return (
    <div className={names('setup')}>
      <Provisioning
        workspace={workspace}
        onRetry={() => settled(api.retryWorkspace(id))}
        onSkip={() => settled(api.skipSetup(id))}
        onCancel={() => settled(api.cancelWorkspace(id))}
      />
    </div>
  );
}
