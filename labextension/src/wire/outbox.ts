import type { ClientFrame, Say, ServerFrame } from './wire';

/** Where unsent messages outlive the page; `window.localStorage` has this shape. */
export interface OutboxStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/**
 * Messages that the server has not confirmed yet.
 *
 * A `say` may be sent any number of times, because its id makes it one message: so it is kept until its `message_queued` (or a refusal)
 * has come back, and is said again after every reconnect and after a reload of the page.
 */
export class Outbox {
  private waiting: readonly Say[];
  private readonly watchers = new Set<() => void>();

  constructor(
    private readonly storage: OutboxStorage,
    private readonly key: string
  ) {
    this.waiting = readSays(storage, key);
  }

  /** Messages to say (again), oldest first; another list after each change. */
  get says(): readonly Say[] {
    return this.waiting;
  }

  /** Calls back after each change of `says`; returns the undo. */
  readonly subscribe = (callback: () => void): (() => void) => {
    this.watchers.add(callback);
    return () => this.watchers.delete(callback);
  };

  sent(frame: ClientFrame): void {
    if (frame.type === 'say') {
      this.become([...this.waiting.filter(say => say.id !== frame.id), frame]);
    }
  }

  received(frame: ServerFrame): void {
    const id = frame.type === 'message_queued' ? frame.message_id : frame.type === 'error' ? frame.in_reply_to : null;
    if (this.waiting.some(say => say.id === id)) {
      this.become(this.waiting.filter(say => say.id !== id));
    }
  }

  private become(waiting: readonly Say[]): void {
    this.waiting = waiting;
    this.save();
    this.watchers.forEach(watcher => watcher());
  }

  private save(): void {
    try {
      if (this.waiting.length > 0) {
        this.storage.setItem(this.key, JSON.stringify(this.waiting));
      } else {
        this.storage.removeItem(this.key);
      }
    } catch {
      // The storage is full (a large image): the message is still in memory, and only a reload before it is sent could lose it.
    }
  }
}

function readSays(storage: OutboxStorage, key: string): Say[] {
  try {
    const stored: unknown = JSON.parse(storage.getItem(key) ?? '[]');
    return Array.isArray(stored) ? (stored as Say[]) : [];
  } catch {
    return [];
  }
}
