import { useCallback, useRef, useState } from 'react';
import { useServices } from '../services';

/** The text that is being written for a session; it survives a reload. */
export function useDraft(sessionId: string | null): [string, (value: string) => void] {
  const { storage } = useServices();
  const key = sessionId ? `draft:${sessionId}` : null;
  const [value, setValue] = useState(() => (key ? (storage.get(key) ?? '') : ''));
  const read = useRef(key);
  if (read.current !== key) {
    read.current = key;
    const kept = key ? storage.get(key) : null;
    if (kept !== null && value === '') {
      setValue(kept);
    }
  }
  const change = useCallback(
    (next: string) => {
      setValue(next);
      if (key) {
        storage.set(key, next || null);
      }
    },
    [key, storage]
  );
  return [value, change];
}
