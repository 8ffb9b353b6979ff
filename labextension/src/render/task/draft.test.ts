import assert from 'node:assert/strict';
import test from 'node:test';
import type { Project } from '../../wire/wire';
import { english } from '../services';
import { baseOptions, missingPart, modelOptions, requestOf, type TaskDraft } from './draft';

const project = { id: 'p', default_branch: 'trunk' } as Project;
const draft: TaskDraft = {
  prompt: 'Please fix it.',
  name: null,
  place: 'new',
  base: null,
  branch: '',
  path: '',
  workflow: 'bugfix',
  permission_mode: 'plan',
  model: ''
};

test('a prompt is enough', () => {
  assert.equal(missingPart(draft, project, english), null);
  const { name, prompt, base_branch, branch, adopt_path, model } = requestOf(draft, project, 'k');
  assert.deepEqual(
    { name, prompt, base_branch, branch, adopt_path, model },
    { name: 'Fix it', prompt: 'Please fix it.', base_branch: 'trunk', branch: null, adopt_path: null, model: null }
  );
});

test('a name alone makes a workspace without a message', () => {
  assert.equal(requestOf({ ...draft, prompt: ' ', name: 'Later' }, project, 'k').prompt, null);
  assert.ok(missingPart({ ...draft, prompt: ' ' }, project, english));
});

test('where the work happens decides what is sent, and what is missing', () => {
  assert.ok(missingPart(draft, undefined, english));
  assert.ok(missingPart({ ...draft, place: 'branch' }, project, english));
  assert.ok(missingPart({ ...draft, place: 'worktree', path: ' ' }, project, english));
  const request = requestOf({ ...draft, place: 'worktree', path: '/w ', branch: 'left over' }, project, 'k');
  assert.deepEqual([request.base_branch, request.branch, request.adopt_path], [null, null, '/w']);
});

test('the default branch and the default model are always offered', () => {
  const options = baseOptions(project, [{ name: 'trunk', is_remote: false, checked_out_at: null }]);
  assert.deepEqual(
    options.map(option => option.value),
    ['trunk']
  );
  assert.deepEqual(modelOptions([{ value: 'opus', display_name: 'Opus', description: '' }], 'old', english), [
    { value: '', label: 'Default' },
    { value: 'old', label: 'old' },
    { value: 'opus', label: 'Opus' }
  ]);
});
