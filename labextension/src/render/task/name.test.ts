import assert from 'node:assert/strict';
import test from 'node:test';
import { suggestName } from './name';

test('a name is the first sentence, without politeness', () => {
  assert.equal(
    suggestName('Please make find_peaks deterministic. Prove it with a test.'),
    'Make find_peaks deterministic'
  );
  assert.equal(suggestName('fix the flaky test\n\nIt fails one run in ten'), 'Fix the flaky test');
  assert.equal(suggestName('   '), '');
});

test('a long one ends where its first thought ends', () => {
  assert.equal(
    suggestName('Please make find_peaks deterministic and prove it with a test that runs forty times'),
    'Make find_peaks deterministic'
  );
});

test('a long one is cut between words, one long word inside', () => {
  const name = suggestName('Rewrite the whole loader of the spectra for the new instrument in Hamburg');
  assert.ok(name.length <= 48 && 'Rewrite the whole loader of the spectra for the new instrument'.startsWith(name));
  assert.equal(suggestName('x'.repeat(100)).length, 48);
});
