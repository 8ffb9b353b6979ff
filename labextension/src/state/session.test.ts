import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import type { ServerFrame, SettledEvent } from '../wire/wire';
import { fold, foldAll } from './session';
import { EMPTY, type SessionState } from './transcript';

const RECORDINGS = '../tests/recordings';
const AT = '2026-11-22T12:00:00Z';

interface Recording {
  name: string;
  events: ServerFrame[];
  expected: SessionState;
}

/** The server writes every field of a live frame; recordings leave defaults away. */
function complete(frame: ServerFrame): ServerFrame {
  switch (frame.type) {
    case 'delta':
      return { ...frame, reset: frame.reset ?? false, parent_tool_use_id: frame.parent_tool_use_id ?? null };
    case 'hello':
    case 'agent': {
      const { commands, models } = { ...EMPTY.agent, ...frame.agent };
      const agent = {
        commands: commands.map(command => ({ ...{ description: '', argument_hint: '' }, ...command })),
        models: models.map(model => ({ ...{ description: '' }, ...model }))
      };
      return { ...frame, agent };
    }
    default:
      return frame;
  }
}

/** A session is not folded but taken as it comes, here without its defaults. */
function same(state: SessionState, expected: SessionState): void {
  assert.deepEqual({ ...state, session: state.session?.id }, { ...expected, session: expected.session?.id });
}

for (const file of readdirSync(RECORDINGS).filter(name => name.endsWith('.json'))) {
  const { name, events, expected } = JSON.parse(readFileSync(`${RECORDINGS}/${file}`, 'utf8')) as Recording;
  test(`recording ${name}: one by one, at once, and told twice`, () => {
    const frames = events.map(complete);
    const one = frames.reduce(fold, EMPTY);
    same(one, expected);
    same(foldAll(EMPTY, frames), expected);
    const settled = frames.filter(frame => 'seq' in frame);
    same(foldAll(one, settled), expected); // Settled events that are known change nothing.
  });
}

function begun(...events: SettledEvent[]): SessionState {
  return foldAll(EMPTY, [{ type: 'turn_started', seq: 1, at: AT, turn: 1 }, ...events]);
}

const tool = (seq: number, id: string, parent?: string): SettledEvent => ({
  type: 'block',
  seq,
  at: AT,
  turn: 1,
  block: { kind: 'tool_use', tool_use_id: id, name: 'Bash', input: {} },
  ...(parent ? { parent_tool_use_id: parent } : {})
});

test('what an event does not touch keeps its identity', () => {
  const before = begun(tool(2, 'a'), tool(3, 'b'));
  const after = fold(before, { type: 'tool_result', seq: 4, at: AT, tool_use_id: 'b', content: 'ok', is_error: false });
  assert.notEqual(after.turns[0], before.turns[0]);
  assert.equal(after.turns[0]?.items[0], before.turns[0]?.items[0]);
  assert.notEqual(after.turns[0]?.items[1], before.turns[0]?.items[1]);
  assert.equal(after.queue, before.queue);
  assert.equal(
    before.turns[0]?.items[1]?.kind === 'tool' && before.turns[0].items[1].state,
    'running',
    'the old state stays as it was'
  );
});

test('an older finished turn is not copied by a newer one', () => {
  const first = begun(tool(2, 'a'), {
    type: 'turn_finished',
    seq: 3,
    at: AT,
    turn: 1,
    is_error: false,
    reason: 'completed'
  });
  const second = fold(first, { type: 'turn_started', seq: 4, at: AT, turn: 2 });
  assert.equal(second.turns[0], first.turns[0]);
});

test('a sub-agent works inside its card, however deep', () => {
  const state = begun(tool(2, 'outer'), tool(3, 'inner', 'outer'), tool(4, 'deep', 'inner'), {
    type: 'tool_result',
    seq: 5,
    at: AT,
    tool_use_id: 'deep',
    content: '',
    is_error: true
  });
  const outer = state.turns[0]?.items[0];
  const inner = outer?.kind === 'tool' ? outer.children[0] : undefined;
  const deep = inner?.kind === 'tool' ? inner.children[0] : undefined;
  assert.equal(state.turns[0]?.items.length, 1);
  assert.equal(deep?.kind === 'tool' && deep.state, 'failed');
});

/** Milliseconds to fold a turn of so many events, the best of three. */
function timeToFold(count: number): number {
  const events: ServerFrame[] = [{ type: 'turn_started', seq: 1, at: AT, turn: 1 }];
  for (let seq = 2; seq < count; seq += 2) {
    events.push(tool(seq, `t${seq}`));
    events.push({ type: 'tool_result', seq: seq + 1, at: AT, tool_use_id: `t${seq}`, content: '', is_error: false });
  }
  const times = [1, 2, 3].map(() => {
    const began = performance.now();
    assert.equal(foldAll(EMPTY, events).turns[0]?.items.length, count / 2 - 1);
    return performance.now() - began;
  });
  return Math.min(...times);
}

test('ten times the events in one batch take about ten times as long', () => {
  const [few, many] = [timeToFold(10_000), timeToFold(100_000)];
  assert.ok(many < 40 * few, `${many} ms for 100,000 events, ${few} ms for 10,000`);
});
