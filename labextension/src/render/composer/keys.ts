import type { KeyboardEvent } from 'react';

/** What the keys of the composer can do, and what decides among it. */
export interface KeyActions {
  isSuggesting: boolean;
  isBusy: boolean;
  isEmpty: boolean;
  move(step: number): void;
  take(): void;
  closeSuggestions(): void;
  submit(): void;
  interrupt(): void;
  cycleMode(): void;
  focusQuestion(): boolean;
}

/** What a key does; false when it is not ours. */
export function onComposerKey(
  { key, shiftKey, ctrlKey, metaKey, altKey }: KeyboardEvent,
  actions: KeyActions
): boolean {
  if (ctrlKey || metaKey || altKey) {
    return false;
  }
  if (actions.isSuggesting && !shiftKey) {
    switch (key) {
      case 'ArrowDown':
      case 'ArrowUp':
        actions.move(key === 'ArrowDown' ? 1 : -1);
        return true;
      case 'Enter':
      case 'Tab':
        actions.take();
        return true;
      case 'Escape':
        actions.closeSuggestions();
        return true;
    }
  }
  switch (key) {
    case 'Enter':
      if (!shiftKey) {
        actions.submit();
      }
      return !shiftKey;
    case 'Escape':
      if (actions.isBusy) {
        actions.interrupt();
      }
      return actions.isBusy;
    case 'Tab':
      if (shiftKey) {
        actions.cycleMode();
      }
      return shiftKey;
    case 'ArrowUp':
      return actions.isEmpty && actions.focusQuestion();
    default:
      return false;
  }
}
