import assert from 'node:assert/strict';
import test from 'node:test';
import { counts, diffPatch, diffTexts, plain, type DiffLine } from './diff';

const shown = (lines: DiffLine[]): string[] =>
  lines.map(line => ({ same: ' ', add: '+', del: '-', gap: '…' })[line.kind] + plain(line));
const changed = (line: DiffLine | undefined): string[] =>
  (line?.words ?? []).filter(word => word.isChanged).map(word => word.text);

test('changed lines stand between their neighbours, with numbers', () => {
  const lines = diffTexts('a\nb\nc\nd\n', 'a\nB\nc\nd\n', 1, 10);
  assert.deepEqual(shown(lines), [' a', '-b', '+B', ' c']);
  assert.deepEqual(
    lines.map(line => [line.before, line.after]),
    [
      [10, 10],
      [11, null],
      [null, 11],
      [12, 12]
    ]
  );
});

test('lines far from a change are left out, with a gap between two changes', () => {
  const before = Array.from({ length: 20 }, (_, index) => `line ${index}`);
  const after = before.map((line, index) => (index === 2 || index === 17 ? `${line}!` : line));
  const lines = diffTexts(before.join('\n'), after.join('\n'), 1);
  assert.equal(lines.filter(line => line.kind === 'gap').length, 1);
  assert.deepEqual(counts(lines), { additions: 2, deletions: 2 });
});

test('the words that differ are marked', () => {
  const [removed, added] = diffTexts(
    'found = sorted(c, key=lambda p: p.height)',
    'found = sorted(c, key=lambda p: (p.height, p.position))'
  );
  assert.deepEqual(changed(removed), []);
  assert.deepEqual(changed(added).join(''), '(, p.position)');
});

test('lines that have nothing in common are not marked word by word', () => {
  const [removed] = diffTexts('alpha beta gamma', 'import numpy as np');
  assert.deepEqual(changed(removed), []);
});

test('a new file is all added, a removed one all removed', () => {
  assert.deepEqual(shown(diffTexts('', 'a\nb\n')), ['+a', '+b']);
  assert.deepEqual(shown(diffTexts('a\nb\n', '')), ['-a', '-b']);
  assert.deepEqual(diffTexts('same\n', 'same\n'), []);
});

test('applying a diff gives the new text, whatever the two texts are', () => {
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
  for (let round = 0; round < 300; round++) {
    const text = (): string => Array.from({ length: random(12) }, () => 'abc'[random(3)]).join('\n');
    const [before, after] = [text(), text()];
    const lines = diffTexts(before, after, 1000);
    if (before !== after) {
      assert.equal(
        lines
          .filter(line => line.kind !== 'del')
          .map(plain)
          .join('\n'),
        after
      );
      assert.equal(
        lines
          .filter(line => line.kind !== 'add')
          .map(plain)
          .join('\n'),
        before
      );
    }
  }
});

test('two long unlike texts give up in bounded time', () => {
  const text = (tag: string): string => Array.from({ length: 20_000 }, (_, index) => `${tag}${index}`).join('\n');
  const began = performance.now();
  assert.equal(counts(diffTexts(text('a'), text('b'))).additions, 20_000);
  assert.ok(performance.now() - began < 3000);
});

test('a patch keeps its line numbers and shows a gap between hunks', () => {
  const lines = diffPatch([
    { oldStart: 3, newStart: 3, lines: [' a', '-b', '+B', '\\ No newline at end of file'] },
    { oldStart: 40, newStart: 40, lines: ['+z'] }
  ]);
  assert.deepEqual(shown(lines), [' a', '-b', '+B', '…', '+z']);
  assert.equal(lines[4]?.after, 40);
});
