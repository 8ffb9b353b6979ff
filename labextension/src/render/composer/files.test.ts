import assert from 'node:assert/strict';
import test from 'node:test';
import { MAX_BYTES, readFile } from './files';

test('text goes as text, whatever the browser calls it', async () => {
  const read = await readFile(new File(['grüße'], 'notes.md', { type: 'text/markdown' }));
  assert.deepEqual(read, { attachment: { name: 'notes.md', media_type: 'text/plain', data: 'Z3LDvMOfZQ==' }, size: 7 });
});

test('a pasted picture has no name of its own', async () => {
  const read = await readFile(new File([new Uint8Array([137, 80, 0, 1])], '', { type: 'image/png' }));
  assert.deepEqual(read, { attachment: { name: 'pasted.png', media_type: 'image/png', data: 'iVAAAQ==' }, size: 4 });
});

test('what Claude cannot read stays here', async () => {
  assert.deepEqual(await readFile(new File([new Uint8Array([0, 1])], 'a.bin')), { refusal: 'not_text', name: 'a.bin' });
  assert.deepEqual(await readFile(new File([new Uint8Array([255, 254])], 'b.txt')), {
    refusal: 'not_text',
    name: 'b.txt'
  });
  assert.deepEqual(await readFile(new File([new Uint8Array(MAX_BYTES + 1)], 'c.txt')), {
    refusal: 'too_large',
    name: 'c.txt'
  });
});
