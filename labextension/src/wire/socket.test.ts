import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';

import { Outbox } from './outbox';
import { chatSource } from './socket';
import type { Connection, Source } from './source';
import type { ServerFrame } from './wire';

/** A WebSocket whose other end is the test. */
class FakeWebSocket {
  static readonly OPEN = 1;
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly sent: { type: string; id?: string }[] = [];

  constructor(readonly since: number) {}

  send(text: string): void {
    this.sent.push(JSON.parse(text) as { type: string });
  }

  close(): void {
    this.readyState = 3;
    this.onclose?.();
  }

  accept(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  say(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

let sockets: FakeWebSocket[];
let storage: Map<string, string>;
let animationFrame: (() => void) | null;
const page = { hidden: false };

beforeEach(() => {
  sockets = [];
  storage = new Map();
  animationFrame = null;
  page.hidden = false;
  const events = { addEventListener: () => {}, removeEventListener: () => {} };
  const window = {
    ...events,
    setTimeout: (run: () => void, ms: number) => setTimeout(run, ms),
    clearTimeout: (timer: NodeJS.Timeout) => clearTimeout(timer),
    requestAnimationFrame: (run: () => void) => ((animationFrame = run), 1),
    cancelAnimationFrame: () => (animationFrame = null)
  };
  Object.assign(globalThis, { window, document: Object.assign(page, events), WebSocket: FakeWebSocket });
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
});

const open = (since: number): WebSocket => {
  const socket = new FakeWebSocket(since);
  sockets.push(socket);
  return socket as unknown as WebSocket;
};

const outbox = (): Outbox =>
  new Outbox(
    {
      getItem: key => storage.get(key) ?? null,
      setItem: (key, value) => void storage.set(key, value),
      removeItem: key => void storage.delete(key)
    },
    'outbox'
  );

const socketNumber = (number: number): FakeWebSocket => {
  const socket = sockets[number];
  assert.ok(socket, `socket ${number} was not opened`);
  return socket;
};

function listen(source: Source): { frames: ServerFrame[]; states: Connection['state'][]; close: () => void } {
  const frames: ServerFrame[] = [];
  const states: Connection['state'][] = [];
  source.onConnection?.(connection => states.push(connection.state));
  return { frames, states, close: source.onEvent(frame => frames.push(frame)) };
}

const say = (id: string) => ({ type: 'say' as const, id, text: id });
const queued = (seq: number, message_id: string) => ({ type: 'message_queued', seq, message_id, text: '', at: '' });

test('frames are handed over together, once for each animation frame', () => {
  const { frames } = listen(chatSource({ open }, outbox()));
  socketNumber(0).accept();
  socketNumber(0).say({ type: 'phase', phase: 'running' });
  socketNumber(0).say({ type: 'phase', phase: 'idle' });
  assert.equal(frames.length, 0);
  animationFrame?.();
  assert.deepEqual(frames.map(frame => frame.type), ['phase', 'phase']);
});

test('a hidden page, which gets no animation frames, is told too', () => {
  const { frames } = listen(chatSource({ open }, outbox()));
  socketNumber(0).say({ type: 'phase', phase: 'idle' });
  mock.timers.tick(500);
  assert.equal(frames.length, 1);
});

test('a lost connection is rejoined after the last event seen, ever more slowly, and without end', () => {
  const { states } = listen(chatSource({ open }, outbox()));
  socketNumber(0).accept();
  socketNumber(0).say(queued(7, 'a'));
  for (let attempt = 0; attempt < 20; attempt += 1) {
    socketNumber(attempt).close();
    assert.equal(sockets.length, attempt + 1, 'not at once');
    mock.timers.tick(30_000 * 1.25);
    assert.equal(socketNumber(attempt + 1).since, 7);
  }
  assert.deepEqual(states.slice(0, 4), ['connecting', 'connecting', 'open', 'reconnecting']);
});

test('a hidden page rests after a minute', () => {
  listen(chatSource({ open }, outbox()));
  page.hidden = true;
  for (let attempt = 0; attempt < 7; attempt += 1) {
    sockets.at(-1)?.close();
    mock.timers.tick(60_000);
  }
  assert.equal(sockets.length, 7);
});

test('no attempt is made when the reason says that none can succeed', async () => {
  const { states } = listen(chatSource({ open, whyClosed: () => Promise.resolve('It was deleted.') }, outbox()));
  socketNumber(0).close();
  await Promise.resolve().then(() => Promise.resolve());
  mock.timers.tick(60_000);
  assert.equal(sockets.length, 1);
  assert.equal(states.at(-1), 'offline');
});

test('what was said without a connection is said on the next one, until it is confirmed', () => {
  const source = chatSource({ open }, outbox());
  listen(source);
  source.send(say('a'));
  source.send(say('b'));
  socketNumber(0).accept();
  assert.deepEqual(socketNumber(0).sent.map(frame => frame.id), ['a', 'b']);
  socketNumber(0).say(queued(1, 'a'));
  socketNumber(0).close();
  mock.timers.tick(2000);
  socketNumber(1).accept();
  assert.deepEqual(socketNumber(1).sent.map(frame => frame.id), ['b']);
});

test('what was said without a connection survives a reload of the page', () => {
  const before = chatSource({ open }, outbox());
  listen(before).close();
  before.send(say('a'));
  listen(chatSource({ open }, outbox()));
  sockets.at(-1)?.accept();
  assert.deepEqual(sockets.at(-1)?.sent.map(frame => frame.id), ['a']);
});

test('a refused message is not said again', () => {
  const box = outbox();
  box.sent(say('a'));
  box.received({ type: 'error', code: 'queue_full', message: '', in_reply_to: 'a' });
  assert.deepEqual(outbox().says, []);
});

test('other commands are refused aloud without a connection', () => {
  const source = chatSource({ open }, outbox());
  const { frames } = listen(source);
  source.send({ type: 'answer', question_id: 'q', behavior: 'allow' });
  animationFrame?.();
  assert.deepEqual(
    frames.map(frame => frame.type === 'error' && [frame.code, frame.in_reply_to]),
    [['not_connected', 'q']]
  );
  socketNumber(0).accept();
  assert.deepEqual(socketNumber(0).sent, []);
});

test('a source that nobody listens to has no socket', () => {
  const { close } = listen(chatSource({ open }, outbox()));
  close();
  mock.timers.tick(60_000);
  assert.equal(sockets.length, 1);
  assert.equal(socketNumber(0).readyState, 3);
});
