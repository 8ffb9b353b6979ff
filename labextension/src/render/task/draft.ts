// A task that is being described, before it is sent: pure.
import type { Branch, CreateWorkspace, ModelChoice, PermissionMode, Project, Workflow } from '../../wire/wire';
import type { Translator } from '../services';
import { suggestName } from './name';

/** Where the work happens: on a new branch, on one that exists, or in a worktree that exists. */
export type Place = 'new' | 'branch' | 'worktree';

export interface TaskDraft {
  prompt: string;
  /** Null: suggested from the prompt. */
  name: string | null;
  place: Place;
  /** What a new branch starts from; null is the project's default branch. */
  base: string | null;
  branch: string;
  path: string;
  workflow: Workflow;
  permission_mode: PermissionMode;
  /** Empty: the default. */
  model: string;
}

/** The name that the task will have. */
export const nameOf = ({ name, prompt }: TaskDraft): string => name ?? suggestName(prompt);

/** Why the task cannot start yet; null when it can. */
export function missingPart(draft: TaskDraft, project: Project | undefined, trans: Translator): string | null {
  if (!project) {
    return trans.__('Add a project first');
  }
  if (!nameOf(draft).trim()) {
    return trans.__('Say what should be done, or give it a name');
  }
  if (draft.place === 'branch' && !draft.branch) {
    return trans.__('Choose the branch');
  }
  return draft.place === 'worktree' && !draft.path.trim() ? trans.__('Name the folder of the worktree') : null;
}

/** The request that makes the task; the same `key` twice is one task. */
export function requestOf(draft: TaskDraft, project: Project, key: string): CreateWorkspace {
  const { place, workflow, permission_mode } = draft;
  return {
    project_id: project.id,
    name: nameOf(draft).trim() || null,
    prompt: draft.prompt.trim() || null,
    base_branch: place === 'new' ? (draft.base ?? project.default_branch) : null,
    branch: place === 'branch' ? draft.branch : null,
    adopt_path: place === 'worktree' ? draft.path.trim() : null,
    workflow,
    model: draft.model || null,
    permission_mode,
    key
  };
}

interface Option {
  value: string;
  label: string;
}

/** What a new branch can start from, the default branch first. */
export function baseOptions(project: Project, branches: Branch[] | null): Option[] {
  const all = [project.default_branch, ...(branches ?? []).map(branch => branch.name)];
  return [...new Set(all)].map(value => ({ value, label: value }));
}

/** The models, always with the default and the current one. */
export function modelOptions(models: ModelChoice[], current: string, trans: Translator): Option[] {
  const listed = models.map(({ value, display_name }) => ({ value, label: display_name }));
  const known = ['', current]
    .filter(value => !listed.some(choice => choice.value === value))
    .map(value => ({ value, label: value || trans.__('Default') }));
  return [...new Map([...known, ...listed].map(choice => [choice.value, choice])).values()];
}
