import { createContext, useContext } from 'react';

/** Where a transcript is: what its cards need to name files and attachments. */
export interface Place {
  sessionId: string | null;
  /** The worktree, absolute, for paths relative to it. */
  root: string | null;
}

const PlaceContext = createContext<Place>({ sessionId: null, root: null });

export const PlaceProvider = PlaceContext.Provider;
export const usePlace = (): Place => useContext(PlaceContext);
