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
  private readonly waiting: Map<string, Say>;

  constructor(
    private readonly storage: OutboxStorage,
    private readonly key: string
  ) {
    this.waiting = new Map(readSays(storage, key).map(say => [say.id, say]));
  }

  /** Messages to say (again), oldest first. */
  get says(): Say[] {
    return [...this.waiting.values()];
  }

  sent(frame: ClientFrame): void {
    if (frame.type === 'say') {
      this.waiting.set(frame.id, frame);
      this.save();
    }
  }

  received(frame: ServerFrame): void {
    const id = frame.type === 'message_queued' ? frame.message_id : frame.type === 'error' ? frame.in_reply_to : null;
    if (id != null && this.waiting.delete(id)) {
      this.save();
    }
  }

  private save(): void {
    try {
      if (this.waiting.size > 0) {
        this.storage.setItem(this.key, JSON.stringify(this.says));
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
