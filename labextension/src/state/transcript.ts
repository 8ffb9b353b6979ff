// The folded state of a session: what is drawn. The same shapes as factory_jupyter/model/transcript.py;
// tests/recordings/README.md describes every field.
import type {
  AgentInfo,
  AttachmentInfo,
  DeltaKind,
  Level,
  PermissionMode,
  QuestionKind,
  Session,
  SessionPhase,
  Timestamp,
  Usage
} from '../wire/wire';

export interface MessageItem {
  kind: 'message';
  message_id: string;
  text: string;
  attachments: AttachmentInfo[];
  by: string | null;
  at: Timestamp;
}

export interface TextItem {
  kind: 'text';
  text: string;
}

export interface ThinkingItem {
  kind: 'thinking';
  text: string;
}

export interface ToolOutput {
  content: string;
  is_error: boolean;
  truncated: boolean;
  details: Record<string, unknown> | null;
  at: Timestamp;
}

/** `closed`: its turn or process ended before the tool answered. */
export type ToolState = 'running' | 'done' | 'failed' | 'closed';

export interface ToolItem {
  kind: 'tool';
  tool_use_id: string;
  name: string;
  input: Record<string, unknown>;
  at: Timestamp;
  state: ToolState;
  result: ToolOutput | null;
  /** The work of a sub-agent. */
  children: Item[];
}

export interface QuestionItem {
  kind: 'question';
  question_id: string;
  question_kind: QuestionKind;
  tool_name: string;
  tool_use_id: string | null;
  input: Record<string, unknown>;
  suggestions: Record<string, unknown>[];
  plan: string | null;
  at: Timestamp;
  state: 'open' | 'answered' | 'withdrawn';
  behavior: 'allow' | 'deny' | null;
  by: string | null;
  message: string | null;
  answers: Record<string, string | string[]> | null;
  scope: 'once' | 'session' | null;
  permission_mode: PermissionMode | null;
  reason: string | null;
}

export interface NoticeItem {
  kind: 'notice';
  level: Level;
  text: string;
  code: string | null;
  at: Timestamp;
}

export interface ModeItem {
  kind: 'mode';
  permission_mode: PermissionMode;
}

export interface ModelItem {
  kind: 'model';
  model: string;
}

export interface StoppedItem {
  kind: 'stopped';
  reason: string;
  at: Timestamp;
}

export type Item =
  MessageItem | TextItem | ThinkingItem | ToolItem | QuestionItem | NoticeItem | ModeItem | ModelItem | StoppedItem;

export interface TurnEnd {
  at: Timestamp;
  is_error: boolean;
  reason: string;
  result: string | null;
  usage: Usage | null;
  cost_usd: number;
  duration_ms: number;
  model: string | null;
  error_code: string | null;
}

/** One turn with what came just before it; `turn` is null while (or where) nothing was started. */
export interface Turn {
  turn: number | null;
  started_at: Timestamp | null;
  items: Item[];
  end: TurnEnd | null;
}

export interface QueuedMessage {
  message_id: string;
  text: string;
  attachments: AttachmentInfo[];
  by: string | null;
  at: Timestamp;
}

/** A block in progress: live only, replaced by its settled block. */
export interface Partial {
  kind: DeltaKind;
  index: number;
  text: string;
  parent_tool_use_id: string | null;
}

export interface Retry {
  attempt: number;
  delay_ms: number;
  status: number | null;
  max_attempts: number | null;
  reason: string | null;
}

export interface Totals {
  turns: number;
  duration_ms: number;
  cost_usd: number;
  input_tokens: number;
  output_tokens: number;
  cache_read_input_tokens: number;
  cache_creation_input_tokens: number;
}

export interface SessionState {
  last_seq: number;
  session: Session | null;
  agent: AgentInfo;
  phase: SessionPhase;
  turns: Turn[];
  queue: QueuedMessage[];
  /** The open ones, oldest first; the same objects as in the turns. */
  questions: QuestionItem[];
  partials: Partial[];
  retry: Retry | null;
  totals: Totals;
}

export const EMPTY: SessionState = {
  last_seq: 0,
  session: null,
  agent: { commands: [], models: [] },
  phase: 'idle',
  turns: [],
  queue: [],
  questions: [],
  partials: [],
  retry: null,
  totals: {
    turns: 0,
    duration_ms: 0,
    cost_usd: 0,
    input_tokens: 0,
    output_tokens: 0,
    cache_read_input_tokens: 0,
    cache_creation_input_tokens: 0
  }
};
