import type { BoardFrame, ClientFrame, ServerFrame } from './wire';

/**
 * How far a source is from its server.
 *
 * `offline` is for good (a saved notebook without its kernel); `reconnecting` says when the next attempt comes.
 */
export type Connection =
  | { state: 'connecting' }
  | { state: 'open' }
  | { state: 'reconnecting'; attempt: number; retry_at: number }
  | { state: 'offline'; reason: string };

/** What a component needs of the outside: numbered frames in, commands out. A WebSocket or a widget model stands behind it. */
export interface FrameSource<Incoming, Outgoing> {
  /** Calls back for every frame from now on, after those that are already known; returns the undo. */
  onEvent(callback: (frame: Incoming) => void): () => void;
  send(frame: Outgoing): void;
  /** Calls back at once and at every change; a source without it is always open. */
  onConnection?(callback: (connection: Connection) => void): () => void;
  /** Try now instead of at `retry_at`. */
  reconnect?(): void;
}

/** A chat: `factory/chat/<session>`. */
export type Source = FrameSource<ServerFrame, ClientFrame>;

/** The board: `factory/board`. It only listens. */
export type BoardSource = FrameSource<BoardFrame, never>;
