// The fold from the board's frames to what the panel and the board show.
import type { BoardFrame, Health, Notification, Project, Question, Session, Workspace } from '../wire/wire';

export interface BoardState {
  /** Whether the first snapshot has come; before it "nothing" means "not known yet". */
  isLoaded: boolean;
  projects: Project[];
  workspaces: Workspace[];
  sessions: Session[];
  /** The open ones, oldest first. */
  questions: Question[];
  health: Health | null;
  /** The last one; each is a new object. */
  notification: Notification | null;
  /** Of the server. */
  version: string;
}

export const EMPTY: BoardState = {
  isLoaded: false,
  projects: [],
  workspaces: [],
  sessions: [],
  questions: [],
  health: null,
  notification: null,
  version: ''
};

/** The state after one frame. */
export function fold(state: BoardState, frame: BoardFrame): BoardState {
  switch (frame.type) {
    case 'snapshot': {
      const { projects, workspaces, sessions, questions, version } = frame;
      return { ...state, isLoaded: true, projects, workspaces, sessions, questions, version };
    }
    case 'workspace':
      return { ...state, workspaces: put(state.workspaces, frame.workspace) };
    case 'workspace_removed':
      return {
        ...state,
        workspaces: without(state.workspaces, frame.id),
        sessions: state.sessions.filter(session => session.workspace_id !== frame.id),
        questions: state.questions.filter(question => question.workspace_id !== frame.id)
      };
    case 'project':
      return { ...state, projects: put(state.projects, frame.project) };
    case 'session':
      return { ...state, sessions: put(state.sessions, frame.session) };
    case 'session_removed':
      return {
        ...state,
        sessions: without(state.sessions, frame.id),
        questions: state.questions.filter(question => question.session_id !== frame.id)
      };
    case 'question':
      return { ...state, questions: put(state.questions, frame.question) };
    case 'question_closed':
      return { ...state, questions: without(state.questions, frame.id) };
    case 'health':
      return { ...state, health: frame.health };
    case 'notification':
      return { ...state, notification: frame };
    default:
      return unknown(frame, state);
  }
}

/** The state after many frames. */
export const foldAll = (state: BoardState, frames: readonly BoardFrame[]): BoardState => frames.reduce(fold, state);

/** A frame of a newer server changes nothing; a frame that this file forgot does not compile. */
function unknown(frame: never, state: BoardState): BoardState {
  void frame;
  return state;
}

/** `thing` in the place of the one with its id, or at the end. */
function put<Thing extends { id: string }>(things: Thing[], thing: Thing): Thing[] {
  const at = things.findIndex(other => other.id === thing.id);
  return at < 0 ? [...things, thing] : things.map((other, index) => (index === at ? thing : other));
}

const without = <Thing extends { id: string }>(things: Thing[], id: string): Thing[] =>
  things.filter(thing => thing.id !== id);
