import type { ReactElement } from 'react';

import { Chip, Delta, Stripe } from '../render/parts/chip';
import { names } from '../render/parts/classes';
import { Icon } from '../render/parts/icon';
import { Menu, type MenuItem } from '../render/parts/menu';
import { useTrans } from '../render/services';
import { workspaceColour } from '../state/colour';
import type { Project, Workspace } from '../wire/wire';

interface Props {
  workspace: Workspace;
  project: Project | undefined;
  isDemo: boolean;
  actions: MenuItem[];
}

/** Where am I: the workspace's colour and name, its branch, where it came from, how much has changed. */
export function WorkspaceHeader({ workspace, project, isDemo, actions }: Props): ReactElement {
  const trans = useTrans();
  const { id, name, branch_name, base_branch, diff } = workspace;
  return (
    <header className={names('workspace-head')}>
      <Stripe colour={workspaceColour(id)} />
      <h1 className={names('workspace-name')} title={workspace.description ?? name}>
        {name}
      </h1>
      {branch_name ? (
        <span className={names('branch')} title={trans.__('Branch')}>
          <Icon name="branch" />
          {branch_name}
        </span>
      ) : null}
      {base_branch ? <Chip>{trans.__('from %1', base_branch)}</Chip> : null}
      {project ? <Chip title={project.repo_path}>{project.name}</Chip> : null}
      {diff.files > 0 ? <Delta additions={diff.additions} deletions={diff.deletions} /> : null}
      <span className={names('space')} />
      {isDemo ? (
        <span className={names('demo')} title={trans.__('Answers come from a script, not from Claude: no account, no cost')}>
          {trans.__('Scripted model')}
        </span>
      ) : null}
      <Menu isBare button={<Icon name="more" />} label={trans.__('Workspace menu')} items={actions} align="end" />
    </header>
  );
}
