import { PageConfig } from '@jupyterlab/coreutils';
import type { CommandRegistry } from '@lumino/commands';
import { type ReactElement, useEffect, useState } from 'react';

import { mount } from '../render/mount';
import { Dialog } from '../render/parts/dialog';
import { AddProject } from '../render/project/add_project';
import { NewTask, type NewTaskProps } from '../render/task/new_task';
import type { IFactory } from '../tokens';
import type { Branch, CreateWorkspace, Project } from '../wire/wire';
import { orTell } from './menus';
import { useSignal } from './observe';

/** Asks for a repository; the project, or null when the person has thought better of it. */
export function openAddProject(factory: IFactory, path?: string): Promise<Project | null> {
  const { api, board, project, trans } = factory;
  return modal<Project>(factory, trans.__('Add a project'), close => (
    <AddProject
      {...(path !== undefined && { path })}
      complete={prefix => api.completePath(prefix)}
      onAdd={async body => {
        const added = await api.addProject(body);
        board.receive({ type: 'project', project: added });
        project.choose(added.id);
        close(added);
      }}
      onCancel={() => close(null)}
    />
  ));
}

interface TaskOptions {
  projectId?: string | undefined;
  prompt?: string | undefined;
}

/** Asks for a task, for a project first where there is none, and shows the workspace as soon as the server knows it. */
export async function openNewTask(factory: IFactory, commands: CommandRegistry, options: TaskOptions): Promise<void> {
  const { api, board, trans } = factory;
  const chosen = await chooseProject(factory, options.projectId);
  if (!chosen) {
    return;
  }
  const [settings, models] = await Promise.all([orTell(api.userSettings()), api.models().catch(() => [])]);
  const defaults: NewTaskProps['defaults'] = {
    model: settings?.default_model ?? '',
    permission_mode: settings?.default_permission_mode ?? 'default',
    workflow: settings?.default_workflow ?? 'feature'
  };
  const start = async (task: CreateWorkspace, close: (id: string) => void): Promise<void> => {
    const workspace = await api.createWorkspace(task);
    if (!board.workspace(workspace.id)) {
      board.receive({ type: 'workspace', workspace });
    }
    close(workspace.id);
  };
  // The tour's first task is written already: all that is left to do is to start it.
  const prompt = options.prompt ?? (board.state.workspaces.length === 0 ? PageConfig.getOption('factoryDemoPrompt') : '');
  const id = await modal<string>(factory, trans.__('New parallel task'), close => (
    <Task
      factory={factory}
      first={chosen}
      form={{ models, defaults, prompt }}
      onStart={task => start(task, close)}
      onCancel={() => close(null)}
    />
  ));
  if (id !== null) {
    await commands.execute('factory-jupyter:open-workspace', { id });
  }
}

async function chooseProject(factory: IFactory, wanted: string | undefined): Promise<string | null> {
  const projects = listed(factory);
  const [first] = projects;
  const chosen = projects.find(({ id }) => id === (wanted ?? factory.project.id));
  return chosen?.id ?? first?.id ?? (await openAddProject(factory))?.id ?? null;
}

const listed = ({ board }: IFactory): Project[] => board.state.projects.filter(project => !project.is_archived);

interface TaskProps {
  factory: IFactory;
  first: string;
  form: Pick<NewTaskProps, 'models' | 'defaults' | 'prompt'>;
  onStart: NewTaskProps['onStart'];
  onCancel(): void;
}

function Task({ factory, first, form, onStart, onCancel }: TaskProps): ReactElement {
  const { api, board } = factory;
  const { projects } = useSignal(board.changed, () => board.state);
  const [projectId, setProject] = useState(first);
  const [branches, setBranches] = useState<Branch[] | null>(null);
  useEffect(() => {
    let isStale = false;
    setBranches(null);
    void orTell(api.branches(projectId)).then(found => isStale || setBranches(found ?? []));
    return () => {
      isStale = true;
    };
  }, [api, projectId]);
  return (
    <NewTask
      {...form}
      projects={projects.filter(project => !project.is_archived)}
      projectId={projectId}
      branches={branches}
      onProject={setProject}
      onStart={onStart}
      onCancel={onCancel}
    />
  );
}

/** A dialog over JupyterLab; resolves with what `close` was given, null when it was dismissed. */
function modal<Result>({ services }: IFactory, title: string, draw: (close: (result: Result | null) => void) => ReactElement): Promise<Result | null> {
  return new Promise(resolve => {
    const host = document.createElement('div');
    host.className = 'jp-ThemedContainer';
    // Keys in a form are not JupyterLab's shortcuts.
    host.dataset.lmSuppressShortcuts = 'true';
    document.body.append(host);
    const close = (result: Result | null): void => {
      undo();
      host.remove();
      resolve(result);
    };
    const undo = mount(
      host,
      <Dialog title={title} onClose={() => close(null)}>
        {draw(close)}
      </Dialog>,
      services
    );
  });
}
