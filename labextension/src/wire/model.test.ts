import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';

import { modelLine } from './model';
import type { Line } from './socket';

/** The other end of a widget's comm. */
class FakeModel {
  readonly sent: Record<string, unknown>[] = [];
  private readonly callbacks = new Set<(content: unknown) => void>();

  on(_event: 'msg:custom', callback: (content: unknown) => void): void {
    this.callbacks.add(callback);
  }

  off(_event: 'msg:custom', callback: (content: unknown) => void): void {
    this.callbacks.delete(callback);
  }

  send(content: unknown): void {
    this.sent.push(content as Record<string, unknown>);
  }

  get view(): unknown {
    return this.sent[0]?.view;
  }

  get listeners(): number {
    return this.callbacks.size;
  }

  tell(message: object): void {
    this.callbacks.forEach(callback => callback({ view: this.view, ...message }));
  }
}

let model: FakeModel;
let line: Line;
let seen: string[];

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  Object.assign(globalThis, { WebSocket: { CONNECTING: 0, OPEN: 1, CLOSED: 3 } });
  model = new FakeModel();
  line = modelLine(model, 7);
  seen = [];
  line.onopen = () => seen.push('open');
  line.onmessage = message => seen.push(String(message.data));
  line.onclose = () => seen.push('close');
});

test('a line opens after the event that is known', () => {
  assert.deepEqual(model.sent, [{ view: model.view, open: 7 }]);
  assert.equal(line.readyState, 0);
  model.tell({ opened: true });
  assert.equal(line.readyState, 1);
  assert.deepEqual(seen, ['open']);
});

test('frames are put together, wherever the pieces end', () => {
  model.tell({ opened: true });
  model.tell({ lines: '{"a":1}\n{"b"' });
  model.tell({ lines: ':2}' });
  model.tell({ lines: '\n{"c":3}\n' });
  assert.deepEqual(seen, ['open', '{"a":1}', '{"b":2}', '{"c":3}']);
});

test('messages for another view of the same widget are not heard', () => {
  model.tell({ view: 'another', opened: true });
  assert.deepEqual(seen, []);
});

test('what is said goes to the kernel', () => {
  line.send('{"type":"interrupt"}');
  assert.deepEqual(model.sent[1], { view: model.view, text: '{"type":"interrupt"}' });
});

test('a lost connection of the kernel closes the line once', () => {
  model.tell({ opened: true });
  model.tell({ closed: 'The server restarts.' });
  model.tell({ closed: 'Again.' });
  assert.deepEqual(seen, ['open', 'close']);
  assert.equal(model.listeners, 0);
});

test('a kernel that does not answer is given up', () => {
  mock.timers.tick(20_000);
  assert.deepEqual(seen, ['close']);
});

test('closing tells the kernel', () => {
  line.close();
  assert.deepEqual(model.sent[1], { view: model.view, close: true });
  assert.equal(model.listeners, 0);
});
