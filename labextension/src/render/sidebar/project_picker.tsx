import type { ReactElement } from 'react';
import type { Project } from '../../wire/wire';
import { names } from '../parts/classes';
import { Menu, type MenuItem } from '../parts/menu';
import { useTrans } from '../services';

interface Props {
  projects: Project[];
  projectId: string | null;
  onProject(id: string | null): void;
  onAdd: (() => void) | undefined;
}

/** Whose workspaces are shown. */
export function ProjectPicker({ projects, projectId, onProject, onAdd }: Props): ReactElement {
  const trans = useTrans();
  const listed = projects.filter(project => !project.is_archived);
  const current = listed.find(project => project.id === projectId) ?? (listed.length === 1 ? listed[0] : undefined);
  const name = current?.name ?? (listed.length > 0 ? trans.__('All projects') : trans.__('No project'));
  const items: (MenuItem | 'separator')[] = [
    ...(listed.length > 1
      ? [{ label: trans.__('All projects'), isChecked: projectId === null, onSelect: () => onProject(null) }]
      : []),
    ...listed.map(project => ({
      label: project.name,
      hint: project.github_owner ? `${project.github_owner}/${project.github_repo ?? ''}` : project.repo_path,
      isChecked: project === current,
      onSelect: () => onProject(project.id)
    })),
    ...(onAdd
      ? [
          ...(listed.length > 0 ? ['separator' as const] : []),
          { label: trans.__('Add a project…'), icon: 'add' as const, onSelect: onAdd }
        ]
      : [])
  ];
  return (
    <Menu
      className={names('project-picker')}
      label={trans.__('Project: %1', name)}
      button={<span className={names('project-name')}>{name}</span>}
      items={items}
    />
  );
}
