import type { Outbox } from './outbox';
import type { BoardSource, Connection, FrameSource, Source } from './source';
import type { BoardFrame, ClientFrame, ErrorFrame, ServerFrame } from './wire';

/** Seconds before the first, second, … attempt to reconnect; the last one is repeated. */
const BACKOFF_S = [1, 2, 4, 8, 16, 30] as const;
const LAST_BACKOFF_S = 30;
/** A hidden page gets no animation frames; its frames are handed over this often instead. */
const HIDDEN_FLUSH_MS = 500;

/** What is used of a WebSocket; in a notebook cell the kernel may stand behind it (`model.ts`). */
export type Line = Pick<WebSocket, 'readyState' | 'send' | 'close' | 'onopen' | 'onmessage' | 'onclose'>;

/** How a socket is opened, and whether trying again makes sense when it could not be. */
export interface Endpoint {
  open(since: number): Line;
  /** Asked after a socket closed: a sentence when no further attempt can succeed (deleted, logged out), else null. */
  whyClosed?(): Promise<string | null>;
}

/**
 * Frames over a WebSocket that survives lost connections and server restarts.
 *
 * It is open while somebody listens (one listener), rejoins after the last event that it has seen, and hands frames over once for each
 * animation frame. It never gives up while the page is visible; a hidden page rests after a minute and tries at once when it is shown.
 */
class Socket<Incoming extends { type: string }> {
  private socket: Line | null = null;
  private listener: ((frame: Incoming) => void) | null = null;
  private connection: Connection = { state: 'connecting' };
  private readonly watchers = new Set<(connection: Connection) => void>();
  private batch: Incoming[] = [];
  private cancelFlush: (() => void) | null = null;
  private retryTimer: number | undefined;
  private attempt = 0;
  private lastSeq = 0;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly onOpen: () => void = () => {},
    private readonly onFrame: (frame: Incoming) => void = () => {}
  ) {}

  listen(callback: (frame: Incoming) => void): () => void {
    if (this.listener) {
      throw new Error('A socket has one listener.');
    }
    this.listener = callback;
    window.addEventListener('online', this.reconnect);
    document.addEventListener('visibilitychange', this.onVisibility);
    this.open();
    return () => this.close();
  }

  watch(callback: (connection: Connection) => void): () => void {
    this.watchers.add(callback);
    callback(this.connection);
    return () => this.watchers.delete(callback);
  }

  /** Whether the text left this page; arrival is confirmed by the server's events only. */
  transmit(text: string): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) {
      return false;
    }
    this.socket.send(text);
    return true;
  }

  /** Hands over a frame as if it had arrived. */
  deliver(frame: Incoming): void {
    this.batch.push(frame);
    this.scheduleFlush();
  }

  readonly reconnect = (): void => {
    if (this.connection.state === 'reconnecting' && this.listener) {
      this.open();
    }
  };

  private readonly onVisibility = (): void => {
    if (!document.hidden) {
      this.reconnect();
    }
  };

  private open(): void {
    window.clearTimeout(this.retryTimer);
    this.become({ state: 'connecting' });
    const socket = this.endpoint.open(this.lastSeq);
    this.socket = socket;
    socket.onopen = () => {
      this.attempt = 0;
      this.become({ state: 'open' });
      this.onOpen();
    };
    socket.onmessage = (message: MessageEvent<string>) => this.receive(JSON.parse(message.data) as Incoming);
    socket.onclose = () => void this.lost(socket);
  }

  private receive(frame: Incoming): void {
    if ('seq' in frame && typeof frame.seq === 'number') {
      this.lastSeq = frame.seq;
    }
    this.onFrame(frame);
    this.deliver(frame);
  }

  private async lost(socket: Line): Promise<void> {
    const delay = (BACKOFF_S[this.attempt] ?? LAST_BACKOFF_S) * 1000;
    this.attempt += 1;
    // Shown at once; the probe of `whyClosed` may take as long as the server is away.
    const wait = delay * (0.75 + Math.random() / 2);
    this.become({ state: 'reconnecting', attempt: this.attempt, retry_at: Date.now() + wait });
    const rests = document.hidden && this.attempt > BACKOFF_S.length;
    if (!rests) {
      this.retryTimer = window.setTimeout(this.reconnect, wait);
    }
    const reason = await this.endpoint.whyClosed?.().catch(() => null);
    if (reason && this.socket === socket) {
      window.clearTimeout(this.retryTimer);
      this.become({ state: 'offline', reason });
    }
  }

  private close(): void {
    this.listener = null;
    window.removeEventListener('online', this.reconnect);
    document.removeEventListener('visibilitychange', this.onVisibility);
    window.clearTimeout(this.retryTimer);
    this.cancelFlush?.();
    this.batch = [];
    // The next listener knows nothing yet, so it is told everything.
    this.lastSeq = 0;
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
  }

  private become(connection: Connection): void {
    this.connection = connection;
    this.watchers.forEach(watcher => watcher(connection));
  }

  private scheduleFlush(): void {
    if (this.cancelFlush) {
      return;
    }
    const frame = window.requestAnimationFrame(() => this.flush());
    const timer = window.setTimeout(() => this.flush(), HIDDEN_FLUSH_MS);
    this.cancelFlush = () => {
      window.cancelAnimationFrame(frame);
      window.clearTimeout(timer);
      this.cancelFlush = null;
    };
  }

  private flush(): void {
    this.cancelFlush?.();
    const frames = this.batch;
    this.batch = [];
    frames.forEach(frame => this.listener?.(frame));
  }
}

/** The chat of one session. Messages said while the connection is down are sent when it is back; other commands are refused aloud. */
export function chatSource(endpoint: Endpoint, outbox: Outbox): Source {
  const socket: Socket<ServerFrame> = new Socket<ServerFrame>(
    endpoint,
    () => outbox.says.forEach(say => socket.transmit(JSON.stringify(say))),
    frame => outbox.received(frame)
  );
  return {
    ...listening(socket),
    send(frame: ClientFrame) {
      outbox.sent(frame);
      if (!socket.transmit(JSON.stringify(frame)) && frame.type !== 'say') {
        socket.deliver(notConnected(frame));
      }
    }
  };
}

/** The board, which only listens; every rejoin begins with a new snapshot. */
export function boardSource(endpoint: Endpoint): BoardSource {
  return { ...listening(new Socket<BoardFrame>(endpoint)), send: () => {} };
}

function listening<Incoming extends { type: string }>(
  socket: Socket<Incoming>
): Required<Omit<FrameSource<Incoming, never>, 'send'>> {
  return {
    onEvent: callback => socket.listen(callback),
    onConnection: callback => socket.watch(callback),
    reconnect: socket.reconnect
  };
}

function notConnected(frame: ClientFrame): ErrorFrame {
  return {
    type: 'error',
    code: 'not_connected',
    message: 'There is no connection to the server at the moment, so this was not sent. Try again when it is back.',
    in_reply_to: frame.type === 'answer' ? frame.question_id : null
  };
}
