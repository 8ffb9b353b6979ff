import assert from 'node:assert/strict';
import test from 'node:test';
import { parseAnsi, stripAnsi } from './ansi';

const E = '\x1b';

test('colours and styles become classes, and end where they end', () => {
  assert.deepEqual(parseAnsi(`${E}[1;32mok${E}[22m still${E}[0m plain`), [
    { text: 'ok', classes: ['bold', 'green'] },
    { text: ' still', classes: ['green'] },
    { text: ' plain', classes: [] }
  ]);
});

test('everything else that a terminal would obey is left out', () => {
  assert.equal(
    stripAnsi(`${E}]0;title\x07a${E}[2Kb${E}[?25lc${E}(Bd\x07${E}]8;;https://x${E}\\link${E}]8;;${E}\\`),
    'abcdlink'
  );
});

test('a progress bar shows its last state', () => {
  assert.equal(stripAnsi('10%\r50%\r100%\r\ndone\r'), '100%\ndone');
});

test('256 and true colours are passed over with their arguments', () => {
  assert.deepEqual(parseAnsi(`${E}[38;5;196;1mx${E}[0m${E}[48;2;1;2;3my`), [
    { text: 'x', classes: ['bold'] },
    { text: 'y', classes: [] }
  ]);
});

test('an unfinished sequence at the end harms nothing', () => {
  assert.equal(stripAnsi(`text${E}[3`), `text${E}[3`.replace(`${E}[`, ''));
});
