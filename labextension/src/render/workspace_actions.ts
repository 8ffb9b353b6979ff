import type { MouseEvent } from 'react';
import type { Question, Workspace } from '../wire/wire';
import type { AnswerBody } from './questions/answer';

/** What can be done from the panel and the board. An action that is missing is not offered. */
export interface WorkspaceActions {
  open?(workspace: Workspace): void;
  newTask?(): void;
  addProject?(): void;
  /** The place's own context menu, at the pointer or at the row. */
  contextMenu?(
    workspace: Workspace,
    event: MouseEvent | { clientX: number; clientY: number; target: HTMLElement }
  ): void;
  /** Answers a question without opening the chat. Rejects with a sentence for people. */
  answer?(question: Question, answer: AnswerBody): Promise<void>;
  /** Makes a workspace again whose making failed. */
  retry?(workspace: Workspace): Promise<void>;
  archive?(workspace: Workspace): void;
  openExternal?(url: string): void;
}
