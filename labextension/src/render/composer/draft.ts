import { useCallback, useState } from 'react';
import { useServices } from '../services';

/** The text that is being written for a session; it survives a reload. */
export function useDraft(sessionId: string): [string, (value: string) => void] {
  const { storage } = useServices();
  const key = `draft:${sessionId}`;
  const [value, setValue] = useState(() => storage.get(key) ?? '');
  const change = useCallback(
    (next: string) => {
      setValue(next);
      storage.set(key, next || null);
    },
    [key, storage]
  );
  return [value, change];
}
