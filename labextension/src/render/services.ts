import { createContext, useContext } from 'react';

/** Translation as JupyterLab's `TranslationBundle` has it: `%1`, `%2` stand for the arguments; in `_n` the count is `%1`. */
export interface Translator {
  __(text: string, ...args: (string | number)[]): string;
  _n(singular: string, plural: string, count: number, ...args: (string | number)[]): string;
}

/** Everything that drawing needs of the place where it happens: JupyterLab, a notebook cell, or the gallery. */
export interface RenderServices {
  /** Puts `source` into the empty, detached `el`. It must be safe: no scripts, no remote images, no forms. */
  markdown(source: string, el: HTMLElement): Promise<void> | void;
  trans: Translator;
  copy(text: string): Promise<void> | void;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Small strings that survive a reload: drafts, what is folded. Missing is null. */
  storage: { get(key: string): string | null; set(key: string, value: string | null): void };
  /** Shows a file of the worktree, at a line counted from 1. */
  openFile?(path: string, line?: number): void;
  openExternal?(url: string): void;
  /** A command for the person to run, in a terminal. */
  openTerminal?(command: string): void;
  /** Where the bytes of an attachment are. */
  attachmentUrl?(sessionId: string, attachmentId: string): string;
  /** Paths of the worktree that match what is typed after `@`, best first. */
  completeFile?(query: string): Promise<string[]>;
  /** Whether the administrator allows the mode that never asks. */
  allowBypass?: boolean;
}

const ServicesContext = createContext<RenderServices | null>(null);

export const ServicesProvider = ServicesContext.Provider;

/** The services of the place where a component is drawn. */
export function useServices(): RenderServices {
  const services = useContext(ServicesContext);
  if (!services) {
    throw new Error('Components are drawn inside a ServicesProvider; mount() gives one.');
  }
  return services;
}

/** The translator alone, by the name that the extraction of strings looks for. */
export function useTrans(): Translator {
  return useServices().trans;
}

const fill = (text: string, args: (string | number)[]): string =>
  text.replace(/%(\d+)/g, (whole, n: string) => String(args[Number(n) - 1] ?? whole));

/** English as it is written in the source. */
export const english: Translator = {
  __: (text, ...args) => fill(text, args),
  _n: (singular, plural, count, ...args) => fill(count === 1 ? singular : plural, [count, ...args])
};
