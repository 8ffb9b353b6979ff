// The boards of the gallery.
import type { BoardFrame, Health, Project, PullRequest, Snapshot, Workspace } from '../wire/wire';
import { NOW, question } from './story';

const minutesAgo = (minutes: number): string => new Date(NOW - minutes * 60_000).toISOString();

export const project: Project = {
  id: 'p1',
  name: 'photonlab',
  slug: 'photonlab',
  repo_path: '/home/you/code/photonlab',
  worktree_base_path: '/home/you/factory-jupyter/worktrees/photonlab',
  default_branch: 'main',
  github_owner: 'optics',
  github_repo: 'photonlab',
  is_archived: false,
  startup_script_command: 'uv sync',
  startup_script_path: null,
  startup_script_timeout: 300,
  created_at: minutesAgo(9000),
  updated_at: minutesAgo(9000)
};

export const otherProject: Project = {
  ...project,
  id: 'p2',
  name: 'telescope-control',
  slug: 'telescope-control',
  github_owner: null,
  github_repo: null,
  repo_path: '/home/you/code/telescope-control'
};

export function workspace(id: string, name: string, change: Partial<Workspace> = {}): Workspace {
  const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return {
    id,
    project_id: 'p1',
    name,
    description: null,
    status: 'READY',
    branch_name: `you/${slug}`,
    base_branch: 'main',
    worktree_path: `${project.worktree_base_path}/${slug}`,
    init: {
      error: null,
      started_at: null,
      completed_at: minutesAgo(60),
      retry_count: 0,
      log_tail: '',
      steps: [],
      progress: 1
    },
    run: { status: 'IDLE', pid: null, port: null },
    pull_request: null,
    kanban_column: 'WAITING',
    is_working: false,
    needs_attention: false,
    diff: { files: 3, additions: 31, deletions: 8, uncommitted: 1 },
    last_activity_at: minutesAgo(0.2),
    created_at: minutesAgo(600),
    updated_at: minutesAgo(1),
    ...change
  };
}

const pull = (number: number, change: Partial<PullRequest> = {}): PullRequest => ({
  number,
  url: `https://github.com/optics/photonlab/pull/${number}`,
  state: 'OPEN',
  ci_status: 'SUCCESS',
  review_state: null,
  updated_at: minutesAgo(20),
  stale_since: null,
  ...change
});

const diff = (additions: number, deletions: number): Workspace['diff'] => ({
  files: 4,
  additions,
  deletions,
  uncommitted: 0
});
const none = diff(0, 0);

export const provisioning: Workspace = workspace('w10', 'Speed up import', {
  status: 'PROVISIONING',
  kanban_column: 'BACKLOG',
  diff: none,
  init: {
    error: null,
    started_at: minutesAgo(0.4),
    completed_at: null,
    retry_count: 0,
    progress: 0.72,
    log_tail: 'Resolved 84 packages in 12ms\nDownloading numpy (16.2MiB)\nDownloading scipy (35.6MiB)\n',
    steps: [
      {
        name: 'fetch',
        state: 'skipped',
        detail: 'offline: origin could not be reached, local main is used',
        duration_ms: 2100
      },
      { name: 'worktree', state: 'done', detail: 'you/speed-up-import from main', duration_ms: 210 },
      { name: 'checkout', state: 'done', detail: '412 files', duration_ms: 640 },
      { name: 'submodules', state: 'skipped', detail: 'none', duration_ms: 3 },
      { name: 'copy', state: 'done', detail: '.env, data/small.h5 (.worktreeinclude)', duration_ms: 31 },
      { name: 'setup', state: 'running', detail: 'uv sync', duration_ms: null }
    ]
  }
});

export const failed: Workspace = workspace('w11', 'Read HDF5 lazily', {
  status: 'FAILED',
  kanban_column: 'BACKLOG',
  needs_attention: true,
  diff: none,
  init: {
    error: 'The set-up script ended with exit code 1',
    started_at: minutesAgo(5),
    completed_at: minutesAgo(4),
    retry_count: 1,
    progress: 0.8,
    log_tail:
      'Using CPython 3.11.9\n× No solution found when resolving dependencies:\n╰─▶ Because h5py==9.9 does not exist and your project depends on h5py==9.9, your requirements are unsatisfiable.\n',
    steps: [
      { name: 'fetch', state: 'done', detail: 'origin/main', duration_ms: 880 },
      { name: 'worktree', state: 'done', detail: 'you/read-hdf5-lazily from origin/main', duration_ms: 190 },
      { name: 'checkout', state: 'done', detail: '412 files', duration_ms: 610 },
      { name: 'copy', state: 'skipped', detail: 'no .worktreeinclude', duration_ms: 1 },
      { name: 'setup', state: 'failed', detail: 'uv sync', duration_ms: 4200 }
    ]
  }
});

const workspaces: Workspace[] = [
  workspace('w1', 'Fix flaky spectrum test', { needs_attention: true }),
  workspace('w2', 'Plan: vectorise fitting', { needs_attention: true, diff: none, last_activity_at: minutesAgo(4) }),
  workspace('w3', 'Docs for the loader', { kanban_column: 'IN_PROGRESS', is_working: true, diff: diff(212, 40) }),
  workspace('w4', 'Port notebooks to polars', { kanban_column: 'IN_PROGRESS', is_working: true, diff: diff(508, 310) }),
  workspace('w5', 'A task with a name that is far too long to fit on one line of a narrow panel', {
    kanban_column: 'IN_PROGRESS',
    is_working: true,
    diff: diff(64, 12),
    last_activity_at: minutesAgo(1.2)
  }),
  workspace('w6', 'Retry uploads', {
    kanban_column: 'PR_OPEN',
    pull_request: pull(212, { ci_status: 'FAILURE' }),
    diff: diff(88, 14),
    last_activity_at: minutesAgo(22)
  }),
  workspace('w7', 'Typed config', {
    kanban_column: 'APPROVED',
    pull_request: pull(209, { state: 'APPROVED' }),
    diff: diff(140, 96),
    last_activity_at: minutesAgo(130)
  }),
  workspace('w8', 'Drop Python 3.9', {
    kanban_column: 'MERGED',
    pull_request: pull(205, { state: 'MERGED' }),
    diff: diff(12, 77),
    last_activity_at: minutesAgo(1500)
  }),
  workspace('w9', 'Calibrate the new sensor', {
    kanban_column: 'WAITING',
    diff: diff(5, 0),
    last_activity_at: minutesAgo(47)
  }),
  provisioning,
  failed,
  workspace('w12', 'Old experiment', {
    status: 'ARCHIVED',
    kanban_column: 'DONE',
    diff: diff(3, 3),
    last_activity_at: minutesAgo(20_000)
  })
];

const snapshot = (change: Partial<Snapshot> = {}): Snapshot => ({
  type: 'snapshot',
  projects: [project, otherProject],
  workspaces,
  questions: [],
  sessions: [],
  version: '0.1.0',
  ...change
});

export const full: BoardFrame[] = [
  snapshot({
    questions: [
      question(),
      question({ id: 'bq2', workspace_id: 'w2', kind: 'plan', tool_name: 'ExitPlanMode', input: {} })
    ]
  })
];
export const noWorkspaces: BoardFrame[] = [snapshot({ workspaces: [], projects: [project] })];
export const noProjects: BoardFrame[] = [snapshot({ workspaces: [], projects: [] })];
export const many: BoardFrame[] = [
  snapshot({
    workspaces: Array.from({ length: 60 }, (_, index) =>
      workspace(`many${index}`, `Task number ${index}`, {
        ...(workspaces[index % workspaces.length] as Workspace),
        id: `many${index}`,
        name: `Task number ${index}`
      })
    )
  })
];

export const healthy: Health = {
  status: 'ok',
  version: '0.1.0',
  checks: {
    git: { status: 'ok', message: '2.39.5', fix: null, version: '2.39.5', logged_in: null, required: true },
    claude: {
      status: 'ok',
      message: '2.1.330, logged in',
      fix: null,
      version: '2.1.330',
      logged_in: true,
      required: true
    },
    gh: { status: 'ok', message: '2.62.0, logged in', fix: null, version: '2.62.0', logged_in: true, required: false },
    disk: { status: 'ok', message: '212 GB free', fix: null, version: null, logged_in: null, required: true }
  }
};

export const unhealthy: Health = {
  status: 'error',
  version: '0.1.0',
  checks: {
    ...healthy.checks,
    claude: {
      status: 'error',
      message: 'Claude is not logged in',
      fix: 'claude /login',
      version: '2.1.330',
      logged_in: false,
      required: true
    },
    gh: {
      status: 'degraded',
      message: 'not installed; needed for pull requests only',
      fix: 'conda install gh -c conda-forge',
      version: null,
      logged_in: null,
      required: false
    }
  }
};
