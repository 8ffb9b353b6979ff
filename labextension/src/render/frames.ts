import { useEffect, useState } from 'react';
import type { Connection, FrameSource } from '../wire/source';

/**
 * The folded state of a source, and how far away its server is.
 *
 * Frames that arrive in one go (a batch of a socket, a replay) are folded and drawn once.
 */
export function useFrames<Incoming, Outgoing, State>(
  source: FrameSource<Incoming, Outgoing>,
  foldAll: (state: State, frames: readonly Incoming[]) => State,
  empty: State,
  onFrame?: (frame: Incoming) => void
): State {
  const [state, setState] = useState(empty);
  useEffect(() => {
    let waiting: Incoming[] = [];
    let isOver = false;
    const flush = (): void => {
      const frames = waiting;
      waiting = [];
      if (!isOver) {
        setState(before => foldAll(before, frames));
      }
    };
    const stop = source.onEvent(frame => {
      onFrame?.(frame);
      if (waiting.push(frame) === 1) {
        queueMicrotask(flush);
      }
    });
    return () => {
      isOver = true;
      stop();
    };
  }, [source, foldAll, onFrame]);
  return state;
}

/** The state of a source's connection. */
export function useConnection<Incoming, Outgoing>(source: FrameSource<Incoming, Outgoing>): Connection {
  const [connection, setConnection] = useState<Connection>(
    source.onConnection ? { state: 'connecting' } : { state: 'open' }
  );
  useEffect(() => source.onConnection?.(setConnection), [source]);
  return connection;
}
