import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { VERSION } from './version';

test('the bundle carries the version of its package', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf-8')) as { version: string };
  assert.equal(VERSION, version);
});
