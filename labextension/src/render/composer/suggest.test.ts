import assert from 'node:assert/strict';
import test from 'node:test';
import { complete, matchCommands, triggerAt } from './suggest';

test('a slash asks for a command only at the very beginning', () => {
  assert.deepEqual(triggerAt('/comp', 5), { kind: 'command', query: 'comp', start: 0, end: 5 });
  assert.equal(triggerAt('look at /etc', 12), null);
  assert.equal(triggerAt('/compact now', 12), null);
});

test('an at sign asks for a file where a word begins', () => {
  assert.deepEqual(triggerAt('fix @src/a', 10), { kind: 'file', query: 'src/a', start: 4, end: 10 });
  assert.equal(triggerAt('me@example.org', 14), null);
});

test('commands that begin so come first', () => {
  const command = (name: string) => ({ name, description: '', argument_hint: '' });
  const commands = [command('recompute'), command('compact'), command('clear')];
  assert.deepEqual(
    matchCommands(commands, 'comp').map(found => found.name),
    ['compact', 'recompute']
  );
});

test('what is taken replaces what was typed, and no more', () => {
  assert.deepEqual(complete('fix @sr please', { kind: 'file', query: 'sr', start: 4, end: 7 }, 'src/a.py'), {
    value: 'fix @src/a.py please',
    caret: 14
  });
});
