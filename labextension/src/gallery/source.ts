import type { Connection, FrameSource } from '../wire/source';

/** A source that tells frames that were written beforehand; what it is sent becomes a `sent` event of the page. */
export class ScriptedSource<Incoming, Outgoing> implements FrameSource<Incoming, Outgoing> {
  constructor(
    private readonly frames: readonly Incoming[],
    private readonly connection: Connection = { state: 'open' },
    private readonly live?: (emit: (frame: Incoming) => void) => () => void
  ) {}

  onEvent(callback: (frame: Incoming) => void): () => void {
    this.frames.forEach(callback);
    return this.live?.(callback) ?? (() => {});
  }

  onConnection(callback: (connection: Connection) => void): () => void {
    callback(this.connection);
    return () => {};
  }

  send(frame: Outgoing): void {
    document.dispatchEvent(new CustomEvent('sent', { detail: frame }));
  }

  reconnect(): void {}
}
