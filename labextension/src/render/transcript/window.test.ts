import assert from 'node:assert/strict';
import test from 'node:test';
import { Heights } from './window';

function list(count: number): Heights {
  const heights = new Heights(50);
  heights.setKeys(Array.from({ length: count }, (_, index) => `row ${index}`));
  return heights;
}

test('unmeasured rows count with their estimate', () => {
  const heights = list(100);
  assert.equal(heights.total, 5000);
  assert.deepEqual(heights.range(100, 199), [2, 4]);
});

test('measuring tells the difference, so that the page can stay where it is', () => {
  const heights = list(10);
  assert.equal(heights.measure('row 0', 80), 30);
  assert.equal(heights.measure('row 0', 80), 0);
  assert.equal(heights.top(1), 80);
  assert.equal(heights.total, 530);
});

test('a range is never outside the list', () => {
  const heights = list(3);
  assert.deepEqual(heights.range(-100, -1), [0, 1]);
  assert.deepEqual(heights.range(1000, 2000), [3, 3]);
  assert.deepEqual(list(0).range(0, 100), [0, 0]);
});

test('measured heights stay when rows are added', () => {
  const heights = list(2);
  heights.measure('row 1', 10);
  heights.setKeys(['row 0', 'row 1', 'row 2']);
  assert.equal(heights.total, 110);
});
