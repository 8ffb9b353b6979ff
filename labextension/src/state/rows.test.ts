import assert from 'node:assert/strict';
import test from 'node:test';
import { rowsOf, rowsOfItems, sameRow, type Row } from './rows';
import type { Item, QuestionItem, ToolItem, Turn } from './transcript';

const AT = '2026-11-22T12:00:00Z';
const tool = (id: string, name = 'Read'): ToolItem => ({
  kind: 'tool',
  tool_use_id: id,
  name,
  input: {},
  at: AT,
  state: 'done',
  result: null,
  children: []
});
const words = (text: string): Item => ({ kind: 'text', text });
const kinds = (rows: Row[]): string[] =>
  rows.map(row => (row.kind === 'group' ? `group ${row.entries.length}` : row.kind));

function question(id: string, tool_use_id: string | null): QuestionItem {
  return {
    kind: 'question',
    question_id: id,
    question_kind: 'permission',
    tool_name: 'Bash',
    tool_use_id,
    input: {},
    suggestions: [],
    plan: null,
    at: AT,
    state: 'answered',
    behavior: 'allow',
    by: 'you',
    message: null,
    answers: null,
    scope: 'once',
    permission_mode: null,
    reason: null
  };
}

test('tools in a row are one group, with the thinking between them; edits stand alone', () => {
  const items: Item[] = [
    tool('1'),
    { kind: 'thinking', text: 'hm' },
    tool('2'),
    tool('3', 'Edit'),
    tool('4'),
    words('done')
  ];
  assert.deepEqual(kinds(rowsOfItems(items, '0')), ['group 3', 'tool', 'tool', 'text']);
});

test('a question stands in the card of its tool, or alone when there is none', () => {
  const rows = rowsOfItems([tool('1', 'Edit'), question('q1', '1'), question('q2', null), question('q3', 'gone')], '0');
  assert.deepEqual(kinds(rows), ['tool', 'question', 'question']);
  assert.equal(rows[0]?.kind === 'tool' && rows[0].question?.question_id, 'q1');
});

test('a block in progress has the key that it keeps when it settles', () => {
  const turn: Turn = { turn: 1, started_at: AT, items: [words('one')], end: null };
  const live = rowsOf({ turns: [turn], partials: [{ kind: 'text', index: 1, text: 'two', parent_tool_use_id: null }] });
  const settled = rowsOf({ turns: [{ ...turn, items: [...turn.items, words('two')] }], partials: [] });
  assert.deepEqual(
    live.map(row => row.key),
    settled.map(row => row.key)
  );
});

test('the rows of a turn that did not change are the same objects', () => {
  const turn: Turn = { turn: 1, started_at: AT, items: [words('one')], end: null };
  assert.equal(rowsOf({ turns: [turn], partials: [] })[0], rowsOf({ turns: [turn], partials: [] })[0]);
});

test('rows are alike when what they draw is', () => {
  const [one, other, edit] = [tool('1'), tool('2'), tool('3', 'Edit')];
  const before = rowsOfItems([one, other, edit], '0');
  const after = rowsOfItems([one, other, { ...edit, state: 'failed' }], '0');
  assert.deepEqual(
    before.map((row, at) => sameRow(row, after[at]!)),
    [true, false]
  );
});
