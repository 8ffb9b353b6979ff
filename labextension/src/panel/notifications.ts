import { Notification as Toast } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Notification } from '../wire/wire';
import type { BoardFeed } from './board_feed';
import type { Preferences } from './preferences';

const SHORTLY_MS = 6000;
const TYPE: Record<Notification['kind'], Toast.TypeOptions> = {
  needs_you: 'warning',
  done: 'success',
  failed: 'error',
  ci_red: 'error',
  review: 'info',
  merged: 'success'
};
/** What stays until somebody has looked. */
const WAITS = new Set<Notification['kind']>(['needs_you', 'failed', 'ci_red']);

interface Options {
  board: BoardFeed;
  trans: TranslationBundle;
  preferences(): Preferences;
  /** Whether a person sees this workspace right now. */
  isOnScreen(workspaceId: string): boolean;
  open(workspaceId: string, sessionId: string | null): void;
}

/** One toast at most for each workspace: a newer one replaces it, and it goes when nobody is needed any more. */
export class Notifier {
  private readonly toasts = new Map<string, { id: string; wasNeeded: boolean }>();

  constructor(private readonly options: Options) {
    options.board.notified.connect((_, notification) => this.show(notification));
    options.board.changed.connect(() => this.withdraw());
  }

  private show(notification: Notification): void {
    const { kind, workspace_id, session_id } = notification;
    const { notifications, sound } = this.options.preferences();
    if (this.options.isOnScreen(workspace_id) || notifications === 'none' || (notifications === 'needs_you' && !WAITS.has(kind))) {
      return;
    }
    this.dismiss(workspace_id);
    const id = Toast.emit(this.text(notification), TYPE[kind], {
      autoClose: WAITS.has(kind) ? false : SHORTLY_MS,
      actions: [
        {
          label: this.options.trans.__('Open'),
          caption: this.options.trans.__('Open the Factory workspace'),
          displayType: 'accent',
          callback: () => this.options.open(workspace_id, session_id)
        }
      ]
    });
    if (WAITS.has(kind)) {
      this.toasts.set(workspace_id, { id, wasNeeded: false });
    }
    if (sound) {
      beep();
    }
  }

  /** Answered elsewhere, mended, or looked at: the toast has done its work. */
  withdraw(): void {
    for (const [workspaceId, toast] of this.toasts) {
      const isNeeded = this.options.board.workspace(workspaceId)?.needs_attention === true;
      // The notification may come before the workspace says that it needs somebody.
      if ((toast.wasNeeded && !isNeeded) || this.options.isOnScreen(workspaceId)) {
        this.dismiss(workspaceId);
      }
      toast.wasNeeded ||= isNeeded;
    }
  }

  private dismiss(workspaceId: string): void {
    const toast = this.toasts.get(workspaceId);
    if (toast !== undefined) {
      this.toasts.delete(workspaceId);
      Toast.dismiss(toast.id);
    }
  }

  /** Begins with the workspace's name: which of many it is, matters most. */
  private text({ workspace_id, title, body }: Notification): string {
    const name = this.options.board.workspace(workspace_id)?.name;
    return [name && !title.includes(name) ? `${name}: ${title}` : title, body].filter(Boolean).join('\n');
  }
}

/** A short, quiet tone; a browser that has not been clicked in yet keeps silent. */
function beep(): void {
  const context = new AudioContext();
  const tone = context.createOscillator();
  const volume = context.createGain();
  volume.gain.value = 0.05;
  tone.frequency.value = 660;
  tone.connect(volume).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + 0.15);
  tone.onended = () => void context.close();
}
