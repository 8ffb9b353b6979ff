import assert from 'node:assert/strict';
import test from 'node:test';
import { answersOf, choicesOf, isAnswered, NOTHING, toggle, toggleOther } from './choices';

const input = {
  questions: [
    {
      question: 'Which one?',
      header: 'Format',
      options: [{ label: 'CSV', description: 'plain' }, { label: 'HDF5' }],
      multiSelect: false
    },
    { question: 'Which ones?', options: [{ label: 'a' }, { label: 'b' }], multiSelect: true }
  ]
};

test('questions are read however incomplete they are', () => {
  assert.equal(choicesOf(input)[0]?.options[1]?.description, '');
  assert.deepEqual(choicesOf({}), []);
  assert.deepEqual(choicesOf({ questions: 'no' }), []);
});

test('one of several, or several of several', () => {
  const one = toggle(toggle(NOTHING, 'CSV', false), 'HDF5', false);
  const many = toggle(toggle(toggle(NOTHING, 'a', true), 'b', true), 'a', true);
  assert.deepEqual(answersOf(choicesOf(input), [one, many]), { 'Which one?': 'HDF5', 'Which ones?': ['b'] });
});

test('own words replace a single choice and join several', () => {
  const one = { ...toggleOther(toggle(NOTHING, 'CSV', false), false), other: ' Parquet ' };
  const many = { ...toggleOther(toggle(NOTHING, 'a', true), true), other: 'c' };
  assert.deepEqual(answersOf(choicesOf(input), [one, many]), { 'Which one?': 'Parquet', 'Which ones?': ['a', 'c'] });
});

test('"Other" without words is no answer', () => {
  assert.equal(isAnswered(NOTHING), false);
  assert.equal(isAnswered(toggleOther(NOTHING, false)), false);
  assert.equal(isAnswered(toggle(NOTHING, 'CSV', false)), true);
});
