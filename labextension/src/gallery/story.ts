// Frames of made-up sessions, written short: each function is one event, numbered as it is told.
import type { Block, Question, QuestionAsked, ServerFrame, Session, SettledEvent, TurnFinished } from '../wire/wire';

/** The moment at which the gallery is looked at. */
export const NOW = Date.parse('2026-11-22T12:30:00Z');

export function session(change: Partial<Session> = {}): Session {
  return {
    id: 's1',
    workspace_id: 'w1',
    name: 'Chat 1',
    workflow: 'bugfix',
    model: 'opus',
    permission_mode: 'default',
    status: 'RUNNING',
    phase: 'idle',
    claude_session_id: '00000000-0000-4000-8000-000000000001',
    queued: 0,
    last_seq: 0,
    usage: {
      input_tokens: 1200,
      output_tokens: 4300,
      cache_read_input_tokens: 52_000,
      cache_creation_input_tokens: 9000,
      cost_usd: 0.41
    },
    created_at: '2026-11-22T12:00:00Z',
    updated_at: '2026-11-22T12:29:00Z',
    context_tokens: 68_000,
    context_window: 200_000,
    open_questions: 0,
    queue_paused: false,
    ...change
  };
}

type Unnumbered = SettledEvent extends infer Event
  ? Event extends SettledEvent
    ? Omit<Event, 'seq' | 'at'>
    : never
  : never;

/** A session that is told event by event. Every event is `gap` milliseconds after the one before it. */
export class Story {
  readonly frames: ServerFrame[];
  private seq = 0;
  private turn = 0;
  private tools = 0;
  private clock = NOW - 20 * 60_000;

  constructor(
    change: Partial<Session> = {},
    private readonly gap = 700
  ) {
    this.frames = [{ type: 'hello', session: session(change), last_seq: 0, version: '0.1.0', agent: AGENT }];
  }

  event(event: Unnumbered): this {
    this.clock += this.gap;
    this.frames.push({ ...event, seq: ++this.seq, at: new Date(this.clock).toISOString() });
    return this;
  }

  frame(frame: ServerFrame): this {
    this.frames.push(frame);
    return this;
  }

  queue(message_id: string, text: string): this {
    return this.event({ type: 'message_queued', message_id, text });
  }

  say(text: string, attachments: { id: string; name: string; media_type: string; size: number }[] = []): this {
    const message_id = `m${this.seq}`;
    this.event({ type: 'message_queued', message_id, text, attachments });
    this.event({ type: 'message_sent', message_id });
    return this.event({ type: 'turn_started', turn: ++this.turn });
  }

  block(block: Block, parent?: string): this {
    return this.event({ type: 'block', turn: this.turn, block, ...(parent ? { parent_tool_use_id: parent } : {}) });
  }

  text(text: string, parent?: string): this {
    return this.block({ kind: 'text', text }, parent);
  }

  thinking(text: string): this {
    return this.block({ kind: 'thinking', text });
  }

  /** A call; with `content` also its answer. */
  tool(
    name: string,
    input: Record<string, unknown>,
    content?: string,
    result: { is_error?: boolean; truncated?: boolean; details?: Record<string, unknown> } = {},
    parent?: string
  ): this {
    const tool_use_id = `t${++this.tools}`;
    this.block({ kind: 'tool_use', tool_use_id, name, input }, parent);
    return content === undefined
      ? this
      : this.event({ type: 'tool_result', tool_use_id, content, is_error: false, ...result });
  }

  /** The id that the next call of `tool` has. */
  get nextTool(): string {
    return `t${this.tools + 1}`;
  }

  result(tool_use_id: string, content: string, is_error = false): this {
    return this.event({ type: 'tool_result', tool_use_id, content, is_error });
  }

  ask(question: Omit<QuestionAsked, 'type' | 'seq' | 'at' | 'question_id'>): this {
    return this.event({ type: 'question_asked', question_id: `q${this.seq}`, ...question });
  }

  answer(answer: {
    behavior: 'allow' | 'deny';
    message?: string;
    scope?: 'once' | 'session';
    answers?: Record<string, string | string[]>;
    permission_mode?: 'default' | 'acceptEdits';
  }): this {
    const asked = this.frames.filter(frame => frame.type === 'question_asked').pop();
    return asked
      ? this.event({ type: 'question_answered', question_id: asked.question_id, by: 'you', ...answer })
      : this;
  }

  finish(change: Partial<TurnFinished> = {}): this {
    const usage = {
      input_tokens: 40,
      output_tokens: 1900,
      cache_read_input_tokens: 18_000,
      cache_creation_input_tokens: 900,
      cost_usd: 0.09
    };
    return this.event({
      type: 'turn_finished',
      turn: this.turn,
      is_error: false,
      reason: 'completed',
      usage,
      cost_usd: 0.09,
      duration_ms: 72_000,
      model: 'Opus',
      ...change
    });
  }
}

const AGENT = {
  commands: [
    { name: 'compact', description: 'Free context by summarising the conversation', argument_hint: '[what to keep]' },
    { name: 'clear', description: 'Start over', argument_hint: '' },
    { name: 'review', description: 'Review the changes of this branch', argument_hint: '' },
    { name: 'security-review', description: 'Look for vulnerabilities in the changes', argument_hint: '' }
  ],
  models: [
    { value: 'default', display_name: 'Default', description: 'Opus for most work' },
    { value: 'opus', display_name: 'Opus', description: 'Most capable' },
    { value: 'sonnet', display_name: 'Sonnet', description: 'Fast and capable' },
    { value: 'haiku', display_name: 'Haiku', description: 'Fastest' }
  ]
};

/** A question as the board knows it. */
export function question(change: Partial<Question> = {}): Question {
  return {
    id: 'bq1',
    session_id: 's1',
    workspace_id: 'w1',
    kind: 'permission',
    tool_name: 'Bash',
    input: { command: 'for i in $(seq 40); do pytest -q tests/test_spectrum.py || exit 1; done' },
    suggestions: [],
    plan: null,
    state: 'open',
    asked_at: '2026-11-22T12:29:30Z',
    ...change
  };
}
