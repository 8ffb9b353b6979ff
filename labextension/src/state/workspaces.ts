// What the panel and the board derive from workspaces; the columns themselves come from the server (model/board.py).
import type { KanbanColumn, Question, Workspace } from '../wire/wire';

/** Headings of the panel's list, in the order in which they are shown. */
export const GROUPS = ['needs_you', 'working', 'waiting', 'pr_open', 'approved', 'merged', 'backlog'] as const;
export type Group = (typeof GROUPS)[number];

/** Columns of the board, from left to right. */
export const COLUMNS = [
  'BACKLOG',
  'IN_PROGRESS',
  'WAITING',
  'PR_OPEN',
  'APPROVED',
  'MERGED',
  'DONE'
] as const satisfies readonly KanbanColumn[];

const GROUP_OF_COLUMN: Record<KanbanColumn, Group | null> = {
  BACKLOG: 'backlog',
  IN_PROGRESS: 'working',
  WAITING: 'waiting',
  PR_OPEN: 'pr_open',
  APPROVED: 'approved',
  MERGED: 'merged',
  DONE: null
};

/** The heading under which the panel lists a workspace; null for archived ones, which it does not list. */
export function groupOf(workspace: Workspace): Group | null {
  if (isProvisioning(workspace)) {
    return 'working';
  }
  return workspace.needs_attention ? 'needs_you' : GROUP_OF_COLUMN[workspace.kanban_column];
}

/** Whether it is being made. */
export const isProvisioning = (workspace: Workspace): boolean =>
  workspace.status === 'NEW' || workspace.status === 'PROVISIONING';

/** The workspaces of a project (null: of all) that match what was typed, newest activity first. */
export function select(workspaces: Workspace[], projectId: string | null, query: string): Workspace[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return workspaces
    .filter(workspace => projectId === null || workspace.project_id === projectId)
    .filter(workspace => words.every(word => searchText(workspace).includes(word)))
    .sort((one, other) => when(other).localeCompare(when(one)) || one.id.localeCompare(other.id));
}

/** The moment that a list is sorted by and shows. */
export const when = (workspace: Workspace): string => workspace.last_activity_at ?? workspace.created_at;

const searchText = ({ name, branch_name, description, pull_request }: Workspace): string =>
  [name, branch_name, description, pull_request && `#${pull_request.number}`].filter(Boolean).join(' ').toLowerCase();

/** The workspaces under their headings; empty headings are left out. */
export function grouped(workspaces: Workspace[]): { group: Group; workspaces: Workspace[] }[] {
  return GROUPS.map(group => ({
    group,
    workspaces: workspaces.filter(workspace => groupOf(workspace) === group)
  })).filter(({ workspaces }) => workspaces.length > 0);
}

/** The first question of a workspace that waits. */
export const questionOf = (workspace: Workspace, questions: Question[]): Question | undefined =>
  questions.find(question => question.workspace_id === workspace.id);
