import assert from 'node:assert/strict';
import test from 'node:test';
import type { BoardFrame, Workspace } from '../wire/wire';
import { EMPTY, fold, foldAll } from './board';
import { workspaceColour } from './colour';
import { grouped, select } from './workspaces';

const AT = '2026-11-22T12:00:00Z';

function workspace(id: string, change: Partial<Workspace> = {}): Workspace {
  return {
    id,
    project_id: 'p',
    name: `Task ${id}`,
    description: null,
    status: 'READY',
    branch_name: `you/${id}`,
    base_branch: 'main',
    worktree_path: `/w/${id}`,
    init: { error: null, started_at: null, completed_at: null, retry_count: 0, log_tail: '', steps: [], progress: 1 },
    run: { status: 'IDLE', pid: null, port: null },
    pull_request: null,
    kanban_column: 'WAITING',
    is_working: false,
    needs_attention: false,
    diff: { files: 0, additions: 0, deletions: 0, uncommitted: 0 },
    last_activity_at: null,
    created_at: AT,
    updated_at: AT,
    ...change
  };
}

const snapshot: BoardFrame = {
  type: 'snapshot',
  projects: [],
  workspaces: [workspace('a'), workspace('b')],
  questions: [],
  sessions: [],
  version: '1'
};

test('a snapshot replaces everything, also after a reconnect', () => {
  const before = foldAll(EMPTY, [snapshot, { type: 'workspace', workspace: workspace('c') }]);
  assert.deepEqual(fold(before, snapshot).workspaces, snapshot.workspaces);
});

test('a changed workspace keeps its place and the others keep their identity', () => {
  const before = fold(EMPTY, snapshot);
  const after = fold(before, { type: 'workspace', workspace: workspace('a', { name: 'New name' }) });
  assert.deepEqual(
    after.workspaces.map(item => item.name),
    ['New name', 'Task b']
  );
  assert.equal(after.workspaces[1], before.workspaces[1]);
});

test('a removed workspace takes its sessions and questions along', () => {
  const question = {
    id: 'q',
    session_id: 's',
    workspace_id: 'a',
    kind: 'permission',
    tool_name: 'Bash',
    input: {},
    suggestions: [],
    plan: null,
    state: 'open',
    asked_at: AT
  } as const;
  const state = foldAll(EMPTY, [
    snapshot,
    { type: 'question', question: { ...question, suggestions: [] } },
    { type: 'workspace_removed', id: 'a' }
  ]);
  assert.deepEqual([state.workspaces.length, state.questions.length], [1, 0]);
});

test('groups follow what a workspace needs, archived ones are not listed', () => {
  const list = [
    workspace('done', { kanban_column: 'DONE', status: 'ARCHIVED' }),
    workspace('ask', { kanban_column: 'IN_PROGRESS', needs_attention: true }),
    workspace('work', { kanban_column: 'IN_PROGRESS' }),
    workspace('new', { kanban_column: 'BACKLOG', status: 'PROVISIONING' }),
    workspace('failed', { kanban_column: 'BACKLOG', status: 'FAILED', needs_attention: true })
  ];
  assert.deepEqual(
    grouped(list).map(({ group, workspaces }) => [group, workspaces.map(item => item.id)]),
    [
      ['needs_you', ['ask', 'failed']],
      ['working', ['work', 'new']]
    ]
  );
});

test('a search looks at name, branch and pull request, and every word must be found', () => {
  const pull_request = {
    number: 212,
    url: '',
    state: 'OPEN',
    ci_status: 'PENDING',
    review_state: null,
    updated_at: null,
    stale_since: null
  } as const;
  const list = [workspace('a', { pull_request }), workspace('b'), workspace('c', { project_id: 'other' })];
  assert.deepEqual(
    select(list, null, '#212 task').map(item => item.id),
    ['a']
  );
  assert.deepEqual(
    select(list, 'other', '').map(item => item.id),
    ['c']
  );
  assert.deepEqual(select(list, null, '#212 zebra'), []);
});

test('a colour belongs to an id, and ids spread over the colours', () => {
  assert.equal(workspaceColour('abc'), workspaceColour('abc'));
  const colours = new Set(Array.from({ length: 200 }, (_, index) => workspaceColour(`ws_${index}`)));
  assert.equal(colours.size, 12);
});
