// GENERATED from factory_jupyter/model/wire.py by scripts/generate_wire.py. Do not edit.

/** A moment, ISO 8601 in UTC. */
export type Timestamp = string;

/** Combined result of a pull request's checks. */
export type CIStatus = 'UNKNOWN' | 'PENDING' | 'SUCCESS' | 'FAILURE';

/** Column of the board; derived by `model.board`. */
export type KanbanColumn = 'BACKLOG' | 'IN_PROGRESS' | 'WAITING' | 'PR_OPEN' | 'APPROVED' | 'MERGED' | 'DONE';

/** State of a workspace's pull request. */
export type PullRequestState = 'NONE' | 'DRAFT' | 'OPEN' | 'CHANGES_REQUESTED' | 'APPROVED' | 'MERGED' | 'CLOSED';

/** Life of a question; only OPEN ones wait for a person. LOST: the server ended before it was answered. */
export type QuestionState = 'open' | 'answered' | 'withdrawn' | 'lost';

/** What a session does at this moment; derived in memory, never stored. */
export type SessionPhase = 'idle' | 'starting' | 'running' | 'waiting' | 'stopping' | 'stopped';

/** Outcome of a session, terminal or run script, as stored. */
export type SessionStatus = 'IDLE' | 'RUNNING' | 'PAUSED' | 'COMPLETED' | 'FAILED';

/** Life of a workspace, as stored. */
export type WorkspaceStatus = 'NEW' | 'PROVISIONING' | 'READY' | 'FAILED' | 'ARCHIVED';

export type PermissionMode = 'default' | 'acceptEdits' | 'plan' | 'bypassPermissions';

export type QuestionKind = 'permission' | 'ask_user' | 'plan';

export type DeltaKind = 'text' | 'thinking' | 'tool_input';

export type Level = 'info' | 'warning' | 'error';

export type HealthStatus = 'ok' | 'degraded' | 'error';

export type Workflow = 'feature' | 'bugfix' | 'explore' | 'followup';

export type Block = TextBlock | ThinkingBlock | ToolUseBlock;

export type SettledEvent =
  | MessageQueued
  | MessageCancelled
  | MessageSent
  | TurnStarted
  | BlockSettled
  | ToolResult
  | QuestionAsked
  | QuestionAnswered
  | QuestionWithdrawn
  | TurnFinished
  | ModeChanged
  | ModelChanged
  | Notice
  | SessionStopped;

export type LiveFrame =
  | Hello
  | PhaseChanged
  | Delta
  | DeltasDropped
  | ApiRetry
  | SessionChanged
  | AgentInfoChanged
  | ErrorFrame;

export type ServerFrame =
  | MessageQueued
  | MessageCancelled
  | MessageSent
  | TurnStarted
  | BlockSettled
  | ToolResult
  | QuestionAsked
  | QuestionAnswered
  | QuestionWithdrawn
  | TurnFinished
  | ModeChanged
  | ModelChanged
  | Notice
  | SessionStopped
  | Hello
  | PhaseChanged
  | Delta
  | DeltasDropped
  | ApiRetry
  | SessionChanged
  | AgentInfoChanged
  | ErrorFrame;

export type ClientFrame =
  | Say
  | CancelQueued
  | EditQueued
  | SendQueued
  | Interrupt
  | Stop
  | Answer
  | SetModel
  | SetPermissionMode
  | Compact
  | Clear
  | Rewind;

export type BoardFrame =
  | Snapshot
  | WorkspaceChanged
  | WorkspaceRemoved
  | ProjectChanged
  | BoardSession
  | SessionRemoved
  | QuestionOpened
  | QuestionClosed
  | HealthChanged
  | Notification;

/** A local git repository. */
export interface Project {
  id: string;
  name: string;
  slug: string;
  repo_path: string;
  worktree_base_path: string;
  default_branch: string;
  github_owner: string | null;
  github_repo: string | null;
  is_archived: boolean;
  startup_script_command: string | null;
  startup_script_path: string | null;
  /** Seconds, 1 to 3600. */
  startup_script_timeout: number;
  created_at: Timestamp;
  updated_at: Timestamp;
}

/** One step of making a workspace. */
export interface InitStep {
  /** fetch, worktree, checkout, submodules, copy, setup. */
  name: string;
  state: 'done' | 'failed' | 'pending' | 'running' | 'skipped';
  /** For people: what was copied, why it was skipped, what failed. */
  detail: string;
  duration_ms: number | null;
}

/** How far the making of a workspace has come. */
export interface Initialization {
  error: string | null;
  started_at: Timestamp | null;
  completed_at: Timestamp | null;
  retry_count: number;
  /** The last 8 KiB of the log. */
  log_tail: string;
  steps: InitStep[];
  /** 0 to 1. */
  progress: number;
}

/** State of the workspace's run script. */
export interface RunState {
  status: SessionStatus;
  pid: number | null;
  port: number | null;
}

/** What is known of the workspace's pull request; `stale_since` is set when GitHub could not be asked. */
export interface PullRequest {
  number: number;
  url: string;
  state: PullRequestState;
  ci_status: CIStatus;
  review_state: string | null;
  updated_at: Timestamp | null;
  stale_since: Timestamp | null;
}

/** Size of the workspace's changes against its base. */
export interface Diff {
  files: number;
  additions: number;
  deletions: number;
  /** Files that differ from the last commit, untracked ones included. */
  uncommitted: number;
}

/** A git worktree and branch of a project, with everything derived that a card shows. */
export interface Workspace {
  id: string;
  project_id: string;
  name: string;
  description: string | null;
  status: WorkspaceStatus;
  branch_name: string | null;
  base_branch: string | null;
  worktree_path: string | null;
  init: Initialization;
  run: RunState;
  pull_request: PullRequest | null;
  kanban_column: KanbanColumn;
  is_working: boolean;
  /** Whether a question of one of its sessions waits for a person, or its making has failed. */
  needs_attention: boolean;
  diff: Diff;
  last_activity_at: Timestamp | null;
  created_at: Timestamp;
  updated_at: Timestamp;
}

/** Tokens, and money in US dollars by the CLI's own price list. */
export interface Usage {
  input_tokens: number;
  output_tokens: number;
  cache_read_input_tokens: number;
  cache_creation_input_tokens: number;
  cost_usd: number;
}

/** A conversation with Claude Code in a workspace. */
export interface Session {
  id: string;
  workspace_id: string;
  name: string;
  workflow: Workflow;
  /** Empty: the CLI's default. */
  model: string;
  permission_mode: PermissionMode;
  status: SessionStatus;
  phase: SessionPhase;
  claude_session_id: string | null;
  /** Messages that wait in the queue. */
  queued: number;
  last_seq: number;
  usage: Usage;
  created_at: Timestamp;
  updated_at: Timestamp;
  /** Tokens of the last request, for the context gauge. */
  context_tokens: number | null;
  context_window: number | null;
  open_questions: number;
  /**
   * Whether queued messages wait for a person: after an interrupt, a stop or a failure, until the next `Say` or
   * `SendQueued`.
   */
  queue_paused: boolean;
}

/** A command that the CLI offers in this session. */
export interface SlashCommand {
  name: string;
  description: string;
  argument_hint: string;
}

/** A model that the CLI offers. */
export interface ModelChoice {
  value: string;
  display_name: string;
  description: string;
}

/** What the running CLI says of itself; absent until a session has started once. */
export interface AgentInfo {
  commands: SlashCommand[];
  models: ModelChoice[];
}

/** Something that waits for a person. */
export interface Question {
  id: string;
  session_id: string;
  workspace_id: string;
  kind: QuestionKind;
  tool_name: string;
  input: Record<string, unknown>;
  suggestions: Record<string, unknown>[];
  plan: string | null;
  state: QuestionState;
  asked_at: Timestamp;
}

/** Preferences of the one user of this server. */
export interface Settings {
  preferred_ide: 'cursor' | 'custom' | 'vscode';
  custom_ide_command: string | null;
  default_model: string;
  default_permission_mode: PermissionMode;
  default_workflow: Workflow;
  notification_push: boolean;
  notification_sound: boolean;
  updated_at: Timestamp;
}

/** One line of the readiness card. */
export interface HealthCheck {
  status: HealthStatus;
  message: string;
  /** The command that mends it. */
  fix: string | null;
  version: string | null;
  logged_in: boolean | null;
  /** Whether the main job cannot run without it. */
  required: boolean;
}

/** Readiness of the product. */
export interface Health {
  status: HealthStatus;
  checks: Record<string, HealthCheck>;
  version: string;
}

/** A folder that completes what is being typed in "Add project". */
export interface PathCompletion {
  path: string;
  is_repository: boolean;
}

/** A branch that a task can start from or continue. */
export interface Branch {
  name: string;
  is_remote: boolean;
  /** Worktree that has it checked out. */
  checked_out_at: string | null;
}

/** A conversation that was started in the plain CLI in a worktree, and can be imported. */
export interface Conversation {
  claude_session_id: string;
  summary: string;
  last_modified: Timestamp;
  message_count: number | null;
}

/** A piece of a log; the next one starts at `next_offset` (in characters). */
export interface LogPart {
  text: string;
  next_offset: number;
}

/** Facts about this server. */
export interface AdminInfo {
  version: string;
  mcp_url: string | null;
  demo: boolean;
  demo_prompt: string | null;
  allow_bypass_permissions: boolean;
  is_root: boolean;
  base_dir: string;
  worktree_base_dir: string;
  /** SQLAlchemy URL without its password. */
  database: string;
  schema_revision: string;
  max_sessions_per_workspace: number;
}

/** Body of every refusal: `message` is for people, `code` is stable. */
export interface ErrorBody {
  message: string;
  reason: string;
  code: string;
}

/** Body of POST `projects`. */
export interface AddProject {
  repo_path: string;
  name?: string | null;
}

/** Body of PATCH `projects/<id>`; absent fields stay as they are. */
export interface PatchProject {
  name?: string;
  default_branch?: string;
  startup_script_command?: string | null;
  startup_script_path?: string | null;
  startup_script_timeout?: number;
  is_archived?: boolean;
}

/**
 * Body of POST `workspaces`.
 *
 * With `prompt` a first session is made, whose first message waits until the workspace is READY.
 */
export interface CreateWorkspace {
  project_id: string;
  name?: string | null;
  description?: string | null;
  base_branch?: string | null;
  branch?: string | null;
  adopt_path?: string | null;
  prompt?: string | null;
  attachments?: Attachment[];
  issue_number?: number | null;
  workflow?: Workflow | null;
  model?: string | null;
  permission_mode?: PermissionMode | null;
  /** Idempotency key: the same key in a project is the same workspace. */
  key?: string | null;
}

/** Body of PATCH `workspaces/<id>`. */
export interface PatchWorkspace {
  name?: string;
  description?: string | null;
}

/**
 * Body of POST `sessions`.
 *
 * `resume` is a Claude session id, of ours or of a conversation started in the plain CLI in that worktree; `fork`
 * is the id of one of our sessions, whose conversation is copied.
 */
export interface CreateSession {
  workspace_id: string;
  name?: string | null;
  workflow?: Workflow | null;
  model?: string | null;
  permission_mode?: PermissionMode | null;
  resume?: string | null;
  fork?: string | null;
}

/** Body of PATCH `sessions/<id>`. */
export interface PatchSession {
  name?: string;
  model?: string;
  permission_mode?: PermissionMode;
}

/** Body of PATCH `settings`. */
export interface PatchSettings {
  preferred_ide?: 'cursor' | 'custom' | 'vscode';
  custom_ide_command?: string | null;
  default_model?: string;
  default_permission_mode?: PermissionMode;
  default_workflow?: Workflow;
  notification_push?: boolean;
  notification_sound?: boolean;
}

/** Answer of POST `sessions/<id>/commands`: the settled events up to `seq` hold the effect. */
export interface Accepted {
  seq: number;
}

/** A file that goes with a message; `data` is base64 of at most 10 MiB of bytes. */
export interface Attachment {
  name: string;
  media_type: string;
  data: string;
}

/** An attachment in the transcript; its bytes are at `sessions/<id>/attachments/<attachment id>`. */
export interface AttachmentInfo {
  id: string;
  name: string;
  media_type: string;
  /** Bytes. */
  size: number;
}

/** Text for the person, in Markdown. */
export interface TextBlock {
  kind: 'text';
  text: string;
}

/** The model's thinking. */
export interface ThinkingBlock {
  kind: 'thinking';
  text: string;
}

/** A call of a tool; very long strings in `input` are cut (`model.limits`). */
export interface ToolUseBlock {
  kind: 'tool_use';
  tool_use_id: string;
  name: string;
  input: Record<string, unknown>;
}

/** A person's message (or its new text) is safe in the queue; the same `message_id` again is an edit. */
export interface MessageQueued {
  type: 'message_queued';
  seq: number;
  at: Timestamp;
  message_id: string;
  text: string;
  attachments?: AttachmentInfo[];
  /** Messages before it in the queue. */
  position?: number;
  by?: string | null;
}

/** A queued message was taken back. */
export interface MessageCancelled {
  type: 'message_cancelled';
  seq: number;
  at: Timestamp;
  message_id: string;
}

/** The message was handed to Claude. */
export interface MessageSent {
  type: 'message_sent';
  seq: number;
  at: Timestamp;
  message_id: string;
}

/** Claude began to work; `turn` counts from 1 within the session. */
export interface TurnStarted {
  type: 'turn_started';
  seq: number;
  at: Timestamp;
  turn: number;
}

/** A finished block of Claude's answer; supersedes the live deltas of its kind. */
export interface BlockSettled {
  type: 'block';
  seq: number;
  at: Timestamp;
  turn: number;
  block: Block;
  /** Set for the work of a sub-agent. */
  parent_tool_use_id?: string | null;
}

/** What a tool answered. */
export interface ToolResult {
  type: 'tool_result';
  seq: number;
  at: Timestamp;
  tool_use_id: string;
  content: string;
  is_error: boolean;
  truncated?: boolean;
  /**
   * Structured result where the CLI gives one: `structured_patch` of an edit, `stdout` and `stderr` of a
   * command.
   */
  details?: Record<string, unknown> | null;
}

/** Claude waits for a person. */
export interface QuestionAsked {
  type: 'question_asked';
  seq: number;
  at: Timestamp;
  question_id: string;
  kind: QuestionKind;
  tool_name: string;
  input: Record<string, unknown>;
  suggestions?: Record<string, unknown>[];
  plan?: string | null;
  tool_use_id?: string | null;
}

/** The one answer that counted. */
export interface QuestionAnswered {
  type: 'question_answered';
  seq: number;
  at: Timestamp;
  question_id: string;
  behavior: 'allow' | 'deny';
  by: string;
  message?: string | null;
  answers?: Record<string, string | string[]> | null;
  scope?: 'once' | 'session';
  permission_mode?: PermissionMode | null;
}

/** Nobody needs to answer any more. */
export interface QuestionWithdrawn {
  type: 'question_withdrawn';
  seq: number;
  at: Timestamp;
  question_id: string;
  reason: string;
}

/**
 * Claude stopped working.
 *
 * `reason` is completed, interrupted, api_error, agent_died, server_stopped or the CLI's own word.
 */
export interface TurnFinished {
  type: 'turn_finished';
  seq: number;
  at: Timestamp;
  turn: number;
  is_error: boolean;
  reason: string;
  result?: string | null;
  usage?: Usage | null;
  cost_usd?: number;
  duration_ms?: number;
  model?: string | null;
  /**
   * For errors: not_logged_in, authentication_failed, rate_limited, overloaded, server_error, connection, too_large,
   * …
   */
  error_code?: string | null;
}

/** The permission mode is another one now. */
export interface ModeChanged {
  type: 'mode_changed';
  seq: number;
  at: Timestamp;
  permission_mode: PermissionMode;
}

/** The model is another one now. */
export interface ModelChanged {
  type: 'model_changed';
  seq: number;
  at: Timestamp;
  model: string;
}

/** Something that the reader of the transcript should know. */
export interface Notice {
  type: 'notice';
  seq: number;
  at: Timestamp;
  level: Level;
  text: string;
  /** conversation_cleared, compacted, resumed, forked, imported, rewound, … */
  code?: string | null;
}

/** Claude's process has ended; the next message resumes the conversation. */
export interface SessionStopped {
  type: 'session_stopped';
  seq: number;
  at: Timestamp;
  reason: string;
}

/** First frame, once. */
export interface Hello {
  type: 'hello';
  session: Session;
  last_seq: number;
  version: string;
  agent: AgentInfo;
}

/** What the session does now. */
export interface PhaseChanged {
  type: 'phase';
  phase: SessionPhase;
}

/** More of the block in progress; with `reset` the text replaces what was shown for this `index`. */
export interface Delta {
  type: 'delta';
  kind: DeltaKind;
  index: number;
  text: string;
  reset: boolean;
  parent_tool_use_id: string | null;
}

/** The blocks in progress are void (a lost attempt, an ended turn); forget their text. */
export interface DeltasDropped {
  type: 'deltas_dropped';
}

/** The API did not answer; the CLI tries again after `delay_ms`. */
export interface ApiRetry {
  type: 'api_retry';
  attempt: number;
  delay_ms: number;
  status: number | null;
  max_attempts: number | null;
  reason: string | null;
}

/** The session's row changed (name, usage, queue, …). */
export interface SessionChanged {
  type: 'session';
  session: Session;
}

/** The CLI told its commands and models. */
export interface AgentInfoChanged {
  type: 'agent';
  agent: AgentInfo;
}

/** A client frame was refused; nothing was changed. */
export interface ErrorFrame {
  type: 'error';
  code: string;
  message: string;
  in_reply_to: string | null;
}

/** Queue a message. The same `id` twice is one message. */
export interface Say {
  type: 'say';
  id: string;
  text: string;
  attachments?: Attachment[];
}

/** Take a queued message back. */
export interface CancelQueued {
  type: 'cancel_queued';
  id: string;
}

/** Change the text of a queued message. */
export interface EditQueued {
  type: 'edit_queued';
  id: string;
  text: string;
}

/** Go on with a queue that is paused. */
export interface SendQueued {
  type: 'send_queued';
}

/** Stop the turn; the process stays. The queue pauses, so that nothing starts by surprise. */
export interface Interrupt {
  type: 'interrupt';
}

/** End the process; the next message resumes the conversation. */
export interface Stop {
  type: 'stop';
}

/** Answer a question, once. */
export interface Answer {
  type: 'answer';
  question_id: string;
  behavior: 'allow' | 'deny';
  message?: string | null;
  updated_input?: Record<string, unknown> | null;
  answers?: Record<string, string | string[]> | null;
  scope?: 'once' | 'session';
  permission_mode?: PermissionMode | null;
}

/** Change the model from the next request on. */
export interface SetModel {
  type: 'set_model';
  model: string;
}

/** Change the permission mode. */
export interface SetPermissionMode {
  type: 'set_permission_mode';
  permission_mode: PermissionMode;
}

/** Summarise the conversation to free context. */
export interface Compact {
  type: 'compact';
}

/** Start a new conversation in this session; the transcript stays. */
export interface Clear {
  type: 'clear';
}

/** Put files back to what they were before a message; `dry_run` only says which. */
export interface Rewind {
  type: 'rewind';
  message_id: string;
  dry_run?: boolean;
}

/** Everything, first. */
export interface Snapshot {
  type: 'snapshot';
  projects: Project[];
  workspaces: Workspace[];
  questions: Question[];
  sessions: Session[];
  version: string;
}

/** A workspace is new or different. */
export interface WorkspaceChanged {
  type: 'workspace';
  workspace: Workspace;
}

/** A workspace is gone. */
export interface WorkspaceRemoved {
  type: 'workspace_removed';
  id: string;
}

/** A project is new or different. */
export interface ProjectChanged {
  type: 'project';
  project: Project;
}

/** A session is new or different. */
export interface BoardSession {
  type: 'session';
  session: Session;
}

/** A session is gone. */
export interface SessionRemoved {
  type: 'session_removed';
  id: string;
}

/** A question waits for a person. */
export interface QuestionOpened {
  type: 'question';
  question: Question;
}

/** A question was answered, withdrawn or lost. */
export interface QuestionClosed {
  type: 'question_closed';
  id: string;
  state: QuestionState;
}

/** Readiness changed. */
export interface HealthChanged {
  type: 'health';
  health: Health;
}

/** Something to tell a person who looks elsewhere. */
export interface Notification {
  type: 'notification';
  kind: 'ci_red' | 'done' | 'failed' | 'merged' | 'needs_you' | 'review';
  workspace_id: string;
  title: string;
  body: string;
  session_id: string | null;
}
