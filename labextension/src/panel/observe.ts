import type { ISignal } from '@lumino/signaling';
import { useCallback, useSyncExternalStore } from 'react';

/** A value that a Lumino signal announces, for a React component. `read` must give the same object until the value has changed. */
export function useSignal<Sender, Value>(signal: ISignal<Sender, unknown>, read: () => Value): Value {
  const subscribe = useCallback(
    (changed: () => void) => {
      signal.connect(changed);
      return () => void signal.disconnect(changed);
    },
    [signal]
  );
  return useSyncExternalStore(subscribe, read);
}
